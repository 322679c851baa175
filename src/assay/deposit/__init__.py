"""Sealed source: a vendor hands it over under its terms, and both sides can prove what became of it.

Read in this order: `suites`, `container` (one sealed message), `keys`, `manifest` (what the vendor signs), `packs` and
`storage` (where sealed contents lie), `sealing` (the writer), `deposits` (the reader).

Then who may open it: `terms` (what the vendor signs; `form`, `soundness`), `wrapping` and `shares` (to whom the key is
dealt), `acts` (the host's log), `orders`, `watching` (the vendor reads that log, then cosigns), `opening` (the host),
`grants`, `room`, `searching` and `service` (reading), `excerpts`, `in_place` (tools), `disclosures` and `allowance`
(what leaves, and the one count of it), `certificate`, and `audit` with `replay` (the end). `drawn` and `shown` are a
review without hand-over; `sweeping` removes what killed sealers left.
"""
