/** What opens the palette, as the keyboard of the reader has it; there is no reader in tests without a browser. */
export const PALETTE_KEYS = /Mac|iPhone|iPad/.test(globalThis.navigator?.platform ?? '') ? '⌘ K' : 'Ctrl K'
