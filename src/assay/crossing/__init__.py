"""Acts on data: whether it may leave (`exporting`), and a copy that may (`mask`).

Read in this order: `profile` (what the handler says), `looking` (what the data holds), `register` (what left this year
already), `deciding` (the route), `preparing` (what the route needs), `exporting`.
"""
