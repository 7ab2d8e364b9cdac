"""Second factors: their secrets are encrypted at rest from the first one on."""

from allauth.mfa.adapter import DefaultMFAAdapter

from cards.platform.crypto import seal, unseal


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    def encrypt(self, text: str) -> str:
        return seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        return unseal(encrypted_text)
