"""Calls that keep a value, by the last name of what is called, in all languages."""

# Methods that keep the value of their receiver or of their first argument.
CONVERSIONS = {
    "getBytes": "receiver", "toCharArray": "receiver", "encode": "receiver", "trim": "receiver", "strip": "receiver",
    "intern": "receiver", "toString": "receiver", "lower": "lower", "upper": "upper", "toLowerCase": "lower",
    "toUpperCase": "upper", "valueOf": "argument", "fromhex": "argument", "unhexlify": "argument", "decode": "argument",
    "b64decode": "argument", "a2b_hex": "argument", "decodeHex": "argument", "parseHex": "argument",
    "toByteArray": "receiver", "encodeToByteArray": "receiver", "toByte": "receiver", "trimIndent": "receiver",
    "lowercase": "lower", "uppercase": "upper", "GetBytes": "argument", "ToCharArray": "receiver", "Trim": "receiver",
    "ToLower": "lower", "ToUpper": "upper", "ToLowerInvariant": "lower", "ToUpperInvariant": "upper",
    "ToString": "receiver", "FromBase64String": "argument", "FromHexString": "argument", "AsSpan": "receiver",
    "copyOf": "argument", "parseInt": "argument", "intValue": "receiver", "byteValue": "receiver", "clone": "receiver",
    "longValue": "receiver", "bytes": "argument", "bytearray": "argument", "str": "argument", "int": "argument",
    "decodeBase64": "argument",
}  # fmt: skip
DECODERS = {
    "fromhex", "unhexlify", "b64decode", "a2b_hex", "decodeHex", "parseHex", "decodeBase64", "FromBase64String",
    "FromHexString",
}  # fmt: skip
# Classes whose constructor keeps the value of its first argument.
BOXES = frozenset({"String", "Integer", "Long", "Byte", "Short", "StringBuilder", "StringBuffer", "BigInteger"})
