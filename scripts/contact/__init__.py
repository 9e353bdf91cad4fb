"""The first contact with ParqEx: how it really answers, before Home Assistant is used."""
