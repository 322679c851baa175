"""Cryptography in .NET assemblies: types read back into C#, as `compiled/` reads Java classes back into Java."""
