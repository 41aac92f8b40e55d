import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Client, type Harness, startHarness } from '../support/harness.ts'

/** Events that are more than half of one organization's limit. */
const LARGE = 20
const TEXT = 'x'.repeat(60_000)

describe('events that come too fast', () => {
  let harness: Harness
  let flooder: Client
  let neighbour: Client
  let url: string
  beforeAll(async () => {
    harness = await startHarness()
    flooder = await harness.organization({ sandbox: false })
    neighbour = await harness.organization({ sandbox: false })
    url = `${await harness.app.listen({ port: 0, host: '127.0.0.1' })}/api/v1/events/batch`
  })
  afterAll(() => harness.close())

  let made = 0
  const post = (client: Client, count: number): Promise<Response> => {
    made += 1
    const events = Array.from({ length: count }, (_, n) => ({
      transaction_id: `t${made}-${n}`,
      code: 'c',
      properties: { text: TEXT },
    }))
    return fetch(url, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${client.apiKey}`,
        'content-type': 'application/json',
        'x-request-id': `request-${made}`,
      },
      body: JSON.stringify({ events }),
    })
  }

  const finished = async (answer: Response): Promise<Response> => {
    await answer.text()
    return answer
  }

  it('429: with Retry-After, before the body is read, and only for whoever floods', async () => {
    const flood = Promise.all(Array.from({ length: 8 }, () => post(flooder, LARGE)))
    const [answers, calm] = await Promise.all([flood, post(neighbour, 1)])
    expect(calm.status).toBe(200)
    const refused = answers.filter(({ status }) => status === 429)
    expect(refused.length).toBeGreaterThan(0)
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(8 - refused.length)
    for (const answer of refused) {
      expect(await answer.json()).toEqual({
        status: 429,
        error: 'Too Many Requests',
        code: 'too_many_requests',
      })
      expect(Object.fromEntries(answer.headers)).toMatchObject({
        'content-type': 'application/json; charset=utf-8',
        'retry-after': '1',
        'x-ratelimit-limit': '10000',
        'x-ratelimit-remaining': '0',
        'x-ratelimit-reset': '1',
        'x-request-id': expect.stringMatching(/^request-\d+$/),
      })
    }
    for (const answer of answers) if (answer.status === 200) await answer.json()
  })

  it('forgets requests that are broken off before their answer', async () => {
    const { port } = new URL(url)
    const head = [
      'POST /api/v1/events HTTP/1.1',
      'Host: localhost',
      `Authorization: Bearer ${flooder.apiKey}`,
      'Content-Type: application/json',
      'Content-Length: 1500000',
    ].join('\r\n')
    const begun = `{"event":${' '.repeat(1_400_000)}`
    for (let round = 0; round < 3; round += 1) {
      const socket = connect({ host: '127.0.0.1', port: Number(port) })
      await once(socket, 'connect')
      socket.write(`${head}\r\n\r\n${begun}`)
      // There is no signal for when this has been read; if it was not, the request below would come first.
      await sleep(300)
      await expect.poll(async () => (await finished(await post(flooder, LARGE))).status).toBe(429)
      socket.destroy()
      await expect.poll(async () => (await finished(await post(flooder, LARGE))).status).toBe(200)
    }
  })

  it('200: as soon as there is room again, also for what was refused', async () => {
    for (let round = 0; round < 3; round += 1) {
      const answer = await post(flooder, LARGE)
      expect(answer.status).toBe(200)
      await answer.json()
    }
  })
})
