"""The cipher family: which cryptography a product uses, as its sources and configuration show it."""
