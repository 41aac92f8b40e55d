import { missingFonts } from '../documents/faces.ts'

/** The packages of fonts that are not installed, with the script that each is for: its texts are printed without. */
export function missingDocumentFonts(): readonly { readonly script: string; readonly of: string }[] {
  return missingFonts()
}
