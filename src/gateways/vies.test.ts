import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startVies, type ViesServer } from '../../test/support/vies-server.ts'
import { lookUpVatNumber } from './vies.ts'

describe('VIES', () => {
  let vies: ViesServer
  beforeAll(async () => {
    vies = await startVies()
    vies.registered.add('DE123456789')
  })
  afterAll(() => vies.close())

  const number = { prefix: 'DE', digits: '123456789' }

  it('knows registered numbers and no others', async () => {
    expect(await lookUpVatNumber(vies.url, number, { timeoutMs: 5000 })).toEqual({
      kind: 'answered',
      isValid: true,
    })
    const other = { prefix: 'DE', digits: '999999999' }
    expect(await lookUpVatNumber(vies.url, other, { timeoutMs: 5000 })).toEqual({
      kind: 'answered',
      isValid: false,
    })
    expect(vies.asked).toEqual(['DE123456789', 'DE999999999'])
  })

  it.each([
    ['MS_UNAVAILABLE', 'MS_UNAVAILABLE'],
    ['html', 'status 503'],
    ['silent', 'no answer within 100 ms'],
  ] as const)('tells an outage: %s', async (mood, reason) => {
    vies.mood = mood
    const answer = await lookUpVatNumber(vies.url, number, { timeoutMs: 100 })
    expect(answer).toEqual({ kind: 'unavailable', reason })
  })

  it('tells that nobody listens', async () => {
    const answer = await lookUpVatNumber('http://127.0.0.1:1', number, { timeoutMs: 5000 })
    expect(answer).toMatchObject({ kind: 'unavailable', reason: expect.stringContaining('ECONNREFUSED') })
  })

  it('stops when the server does', async () => {
    vies.mood = 'silent'
    const stop = AbortSignal.abort(new Error('stopping'))
    const answer = await lookUpVatNumber(vies.url, number, { timeoutMs: 5000, signal: stop })
    expect(answer).toMatchObject({ kind: 'unavailable' })
  })
})
