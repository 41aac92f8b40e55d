import { describe, expect, it } from 'vitest'
import { ExactNumber } from '../input/exact-number.ts'
import { REDACTED, withoutSecrets } from './redact.ts'

describe('what is logged of a body', () => {
  it('is everything but secrets, however deep', () => {
    const amount = new ExactNumber('1.10')
    const body = {
      customer: { name: 'Ada', api_key: 'x', nested: [{ client_secret: 'y', kept: null }] },
      client_id: 'w',
      hmac_key: 'z',
      secret_key: 'sk_test_x',
      tokens: 5,
      accessToken: { a: 1 },
      password: null,
      amount,
    }
    expect(withoutSecrets(body)).toEqual({
      customer: { name: 'Ada', api_key: REDACTED, nested: [{ client_secret: REDACTED, kept: null }] },
      client_id: REDACTED,
      hmac_key: REDACTED,
      secret_key: REDACTED,
      tokens: 5,
      accessToken: REDACTED,
      password: null,
      amount,
    })
  })

  it('is any other value as it is', () => {
    for (const value of [null, 1, 'secret', true, []]) expect(withoutSecrets(value)).toEqual(value)
  })
})
