"""Encrypts or decrypts standard input as a Tink AES256_GCM_HKDF_1MB stream.

Usage: peer.py encrypt|decrypt KEY_VALUE_HEX ASSOCIATED_DATA_HEX < input > output
Ends with 0, or with 3 where Tink refuses the stream.
"""

import io
import sys

import tink
from tink import cleartext_keyset_handle, streaming_aead
from tink.proto import aes_gcm_hkdf_streaming_pb2, common_pb2, tink_pb2


class Kept(io.BytesIO):
    """Keeps its bytes when Tink closes it."""

    kept = b""

    def close(self):
        if not self.closed:
            self.kept = self.getvalue()
        super().close()


def primitive(key_value):
    """The streaming AEAD with one raw key, which Tink's own templates cannot be given."""
    key = aes_gcm_hkdf_streaming_pb2.AesGcmHkdfStreamingKey(
        version=0,
        params=aes_gcm_hkdf_streaming_pb2.AesGcmHkdfStreamingParams(
            ciphertext_segment_size=1 << 20,
            derived_key_size=32,
            hkdf_hash_type=common_pb2.HashType.SHA256,
        ),
        key_value=key_value,
    )
    keyset = tink_pb2.Keyset(primary_key_id=1)
    keyset.key.add(
        key_data=tink_pb2.KeyData(
            type_url="type.googleapis.com/google.crypto.tink.AesGcmHkdfStreamingKey",
            value=key.SerializeToString(),
            key_material_type=tink_pb2.KeyData.SYMMETRIC,
        ),
        status=tink_pb2.KeyStatusType.ENABLED,
        key_id=1,
        output_prefix_type=tink_pb2.OutputPrefixType.RAW,
    )
    handle = cleartext_keyset_handle.from_keyset(keyset)
    return handle.primitive(streaming_aead.StreamingAead)


def main():
    mode, key_value, associated_data = sys.argv[1], bytes.fromhex(sys.argv[2]), bytes.fromhex(sys.argv[3])
    streaming_aead.register()
    aead = primitive(key_value)
    data = sys.stdin.buffer.read()
    if mode == "encrypt":
        destination = Kept()
        with aead.new_encrypting_stream(destination, associated_data) as stream:
            stream.write(data)
        result = destination.kept
    elif mode == "decrypt":
        try:
            with aead.new_decrypting_stream(io.BytesIO(data), associated_data) as stream:
                result = stream.read()
        except tink.TinkError as error:
            print(error, file=sys.stderr)
            sys.exit(3)
    else:
        sys.exit(f"no such mode: {mode}")
    sys.stdout.buffer.write(result)


if __name__ == "__main__":
    main()
