import { describe, expect, it } from 'vitest'
import { groupedIban, isIban, tidyIban } from './iban.ts'

// The examples of the IBAN registry.
const GOOD = [
  'DE89 3704 0044 0532 0130 00',
  'FR14 2004 1010 0505 0001 3M02 606',
  'GB29 NWBK 6016 1331 9268 19',
  'NO93 8601 1117 947',
  'MT84 MALT 0110 0001 2345 MTLC AST0 01S',
  'BR97 0036 0305 0000 1000 9795 493P 1',
]

describe('an IBAN', () => {
  it.each(GOOD)('%s is one, also in small letters and other spaces', (text) => {
    expect(isIban(tidyIban(text))).toBe(true)
    expect(isIban(tidyIban(text.toLowerCase().replaceAll(' ', '')))).toBe(true)
    expect(groupedIban(tidyIban(text))).toBe(text)
  })

  it.each([
    ['', 'is empty'],
    ['DE00 3704 0044 0532 0130 00', 'has wrong check digits'],
    ['DE89 3704 0044 0532 0130 01', 'has a wrong last digit'],
    ['DE98 3704 0044 0532 0103 00', 'has two digits exchanged'],
    ['DE89 3704 0044 0532 0130', 'is too short for its country'],
    ['8937 0400 4405 3201 3000', 'has no country'],
    ['DE89-3704-0044-0532-0130-00', 'has other characters'],
  ])('“%s” is none: it %s', (text) => {
    expect(isIban(tidyIban(text))).toBe(false)
  })

  it('notices every single wrong digit and every exchange of neighbours', () => {
    const iban = tidyIban(GOOD[0] ?? '')
    for (let at = 2; at < iban.length; at += 1) {
      const own = iban[at] ?? ''
      for (const digit of '0123456789') {
        if (digit !== own) expect(isIban(iban.slice(0, at) + digit + iban.slice(at + 1))).toBe(false)
      }
      const next = iban[at + 1]
      if (next && next !== own) {
        expect(isIban(iban.slice(0, at) + next + own + iban.slice(at + 2))).toBe(false)
      }
    }
  })
})
