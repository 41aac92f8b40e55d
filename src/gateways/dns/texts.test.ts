import { afterAll, beforeAll, expect, it } from 'vitest'
import { type FakeDns, startDns } from '../../../test/fakes/dns.ts'
import { lookUpTexts } from './texts.ts'

let dns: FakeDns
beforeAll(async () => {
  dns = await startDns()
})
afterAll(() => dns?.close())

it('reads the texts of a name, each in one piece', async () => {
  dns.texts.set('_weir-portal.portal.example.com', ['v=spf1 -all', 'x'.repeat(250)])
  const found = await lookUpTexts('_weir-portal.portal.example.com', [dns.address])
  expect([...found.texts].sort()).toEqual(['v=spf1 -all', 'x'.repeat(250)])
  expect(found.problem).toBeNull()
})

it('gives none for a name without them, and says why when nobody answers', async () => {
  expect(await lookUpTexts('other.example.com', [dns.address])).toEqual({ texts: [], problem: null })
  const silent = await lookUpTexts('other.example.com', ['127.0.0.1:1'])
  expect(silent.texts).toEqual([])
  expect(silent.problem).toMatch(/ECONNREFUSED|ETIMEOUT/)
  const none = await lookUpTexts('other.example.com', ['999.0.0.1'])
  expect(none).toEqual({ texts: [], problem: 'ERR_INVALID_IP_ADDRESS' })
})
