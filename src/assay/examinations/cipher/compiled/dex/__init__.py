"""DEX, the code of Android apps, read back into Java."""
