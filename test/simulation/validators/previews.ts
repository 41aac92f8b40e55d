import type { Book, Fault } from '../book.ts'

/** A preview taken a second before a bill shows the lines of the bill. */
export function validatePreviews(book: Book): Fault[] {
  return book.wrongPreviews.map((says) => ({ validator: 'previews', where: 'a preview', says }))
}
