import type { ReactElement } from 'react'
import { type ErrorDetail, textOfErrorDetail } from '../api/problem-texts.ts'

/** What is missing from an invoice or credit note, or from its files. */
export function Problems({ details }: { readonly details: readonly ErrorDetail[] }): ReactElement {
  const isUnprinted = ({ error_code }: ErrorDetail) => error_code === 'characters_not_printed'
  const unprinted = details.find(isUnprinted)
  const others = details.filter((detail) => !isUnprinted(detail))
  return (
    <>
      {others.length > 0 && (
        <div className="notice notice-danger" role="alert">
          {[...new Set(others.map(textOfErrorDetail))].map((sentence) => (
            <p key={sentence}>{sentence}</p>
          ))}
        </div>
      )}
      {unprinted && <Unprinted characters={String(unprinted.details.characters)} />}
    </>
  )
}

/** A text without its font may have hundreds. */
const NAMED_MAX = 20

function Unprinted({ characters }: { readonly characters: string }): ReactElement {
  const each = characters.split(' ')
  const count = each.length
  const named = each.slice(0, NAMED_MAX).join(' ') + (count > NAMED_MAX ? ' …' : '')
  return (
    <p className="notice notice-warning" role="status">
      {count} {count === 1 ? 'character' : 'characters'} cannot be printed: {named}. The PDF has � in{' '}
      {count === 1 ? 'its' : 'their'} place.
    </p>
  )
}
