/** The bytes of a key of AES-256. */
export const KEY_BYTES = 32

/** Whether a text is 32 bytes in base64. */
export function isEncryptionKey(text: string): boolean {
  return /^[A-Za-z0-9+/]{43}=$/.test(text) && Buffer.from(text, 'base64').length === KEY_BYTES
}
