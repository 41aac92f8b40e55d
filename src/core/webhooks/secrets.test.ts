import { describe, expect, it } from 'vitest'
import { addMs, HOUR_MS, instant } from '../calendar/instant.ts'
import { readOverlap, webhookSecretsAt } from './secrets.ts'

const NOW = instant(1_700_000_000_000)
const FIRST = {
  hmacKey: 'first',
  webhookSecret: null,
  oldWebhookSecret: null,
  oldWebhookSecretUntil: null,
}

describe('the secrets that sign', () => {
  it('the first one alone, until another is made', () => {
    expect(webhookSecretsAt(FIRST, NOW)).toEqual({ secret: 'first', next: null, until: null })
  })

  it('the old one with the new one beside it, and from the end of the overlap on the new one', () => {
    const until = addMs(NOW, HOUR_MS)
    const both = {
      ...FIRST,
      webhookSecret: 'second',
      oldWebhookSecret: 'first',
      oldWebhookSecretUntil: until,
    }
    expect(webhookSecretsAt(both, NOW)).toEqual({ secret: 'first', next: 'second', until })
    expect(webhookSecretsAt(both, until)).toEqual({ secret: 'second', next: null, until: null })
  })
})

describe('how long the old secret counts', () => {
  it.each([
    [{}, 24],
    [{ overlap_hours: 0 }, 0],
    [{ overlap_hours: 168 }, 168],
  ])('%j is %d hours', (input, hours) => {
    expect(readOverlap(input, NOW)).toEqual({ ok: true, value: addMs(NOW, hours * HOUR_MS) })
  })

  it.each([
    [{ overlap_hours: 169 }, 'value_is_out_of_range'],
    [{ overlap_hours: -1 }, expect.any(String)],
    [{ overlap_hours: 'long' }, expect.any(String)],
  ])('%j is refused', (input, code) => {
    expect(readOverlap(input, NOW)).toMatchObject({ ok: false })
    expect(JSON.stringify(readOverlap(input, NOW))).toContain(
      typeof code === 'string' ? code : 'overlap_hours',
    )
  })
})
