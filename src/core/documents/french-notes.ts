import type { FrozenHead, FrozenInvoice } from './frozen.ts'

/** What French law asks for between companies, by its code in e-invoices and the code of a section that says it. */
const NOTES = [
  { code: 'PMT', section: 'fr_pmt', text: 'Indemnité forfaitaire de recouvrement : 40 €.' },
  { code: 'PMD', section: 'fr_pmd', text: "Pénalités de retard : trois fois le taux d'intérêt légal." },
  { code: 'AAB', section: 'fr_aab', text: "Pas d'escompte pour paiement anticipé." },
] as const

/** A note, with the code of its subject. */
export type FrenchNote = {
  readonly code: (typeof NOTES)[number]['code']
  readonly text: string
  readonly isOwn: boolean
}

/**
 * The notes that have to stand on a bill from one French company to another; none on any other bill. The text of a
 * custom section of the invoice goes first, and is then `isOwn`.
 */
export function frenchNotesOf(
  document: Pick<FrozenHead, 'seller' | 'buyer'> & Partial<Pick<FrozenInvoice, 'sections'>>,
): FrenchNote[] {
  const { seller, buyer, sections = [] } = document
  if (seller.address.country !== 'FR' || buyer.address.country !== 'FR' || !buyer.legalNumber) return []
  return NOTES.map(({ code, section, text }) => {
    const own = sections.find((each) => each.code === section)
    return { code, text: own?.details || text, isOwn: own !== undefined }
  })
}
