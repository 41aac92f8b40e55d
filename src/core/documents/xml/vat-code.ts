/** The categories of VAT of UNCL 5305 that are written. */
export const VAT_CODES = ['S', 'Z', 'E', 'AE', 'K', 'G', 'O'] as const
export type VatCode = (typeof VAT_CODES)[number]
