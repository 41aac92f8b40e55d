import { describe, expect, it } from 'vitest'
import { clientName } from './user-agent.ts'

const KIT = 'AppleWebKit/537.36 (KHTML, like Gecko)'

describe('clientName', () => {
  it.each([
    [`Mozilla/5.0 (X11; Linux x86_64) ${KIT} HeadlessChrome/156.0.0.0 Safari/537.36`, 'Chrome on Linux'],
    [`Mozilla/5.0 (Windows NT 10.0) ${KIT} Chrome/130.0.0.0 Safari/537.36 Edg/130.0.0.0`, 'Edge on Windows'],
    [
      'Mozilla/5.0 (Macintosh; Intel Mac OS X 14.7; rv:132.0) Gecko/20100101 Firefox/132.0',
      'Firefox on macOS',
    ],
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605 Version/18.1 Safari/604.1',
      'Safari on iOS',
    ],
    [`Mozilla/5.0 (Linux; Android 15) ${KIT} Chrome/130.0.0.0 Mobile Safari/537.36`, 'Chrome on Android'],
  ])('%s', (agent, name) => expect(clientName(agent)).toBe(name))

  it('leaves the name of a program as it is', () => {
    for (const agent of ['lago-python-client/1.30', 'curl/8.5.0', 'Mozilla/5.0 (compatible; SomeBot)', '']) {
      expect(clientName(agent)).toBe(agent)
    }
  })
})
