import { describe, expect, it } from 'vitest'
import { addressOf, patienceWith } from './fake-hosts.ts'

describe('the address of a fake', () => {
  it.each([
    [null, null, 60_000],
    ['http://127.0.0.1:4010', 'http://127.0.0.1:4010', 60_000],
    ['http://127.0.0.1:4010/', 'http://127.0.0.1:4010', 60_000],
    ['http://127.0.0.1:4010#timeout=500', 'http://127.0.0.1:4010', 500],
    ['http://127.0.0.1:4010/#timeout=70000', 'http://127.0.0.1:4010', 60_000],
  ])('%s is %s, which is waited for %d ms', (host, address, timeout) => {
    expect([addressOf(host), patienceWith(host, 60_000)]).toEqual([address, timeout])
  })
})
