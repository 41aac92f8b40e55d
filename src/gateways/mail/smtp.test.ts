import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { LOCAL_CERTIFICATE } from '../../../test/support/local-certificate.ts'
import { type MailServer, startDroppingServer, startMailServer } from '../../../test/support/mail-server.ts'
import type { MailMessage } from './message.ts'
import { type SmtpSettings, smtpSender } from './smtp.ts'

let server: MailServer
let senders: { close: () => void }[] = []

beforeEach(async () => {
  server = await startMailServer()
})

afterEach(async () => {
  for (const sender of senders) sender.close()
  senders = []
  await server.close()
})

const MESSAGE: MailMessage = {
  id: 'one',
  kind: 'invoice',
  language: 'fr',
  messageId: '<one@weir.example>',
  from: { name: 'Müller & Söhne\r\nBcc: evil@x.io', address: 'billing@weir.example' },
  replyTo: { name: 'Acme', address: 'acme@acme.example' },
  to: ['a@x.io', 'b@x.io'],
  cc: ['c@x.io'],
  bcc: ['d@x.io'],
  title: 'Facture n° 1',
  text: 'Bonjour',
  html: '<p>Bonjour</p>',
  writtenAt: new Date('2024-05-02T10:00:00Z'),
  attachments: [
    { fileName: 'invoice-1.pdf', contentType: 'application/pdf', bytes: Buffer.from('%PDF') },
    { fileName: 'logo.png', contentType: 'image/png', bytes: Buffer.from('png'), contentId: 'logo' },
  ],
}

function sender(changes: Partial<SmtpSettings> = {}, ca?: string) {
  const settings = {
    host: '127.0.0.1',
    port: server.port,
    domain: 'weir.example',
    username: null,
    password: null,
    tls: 'never' as const,
    connections: 2,
    perSecond: 100,
    ...changes,
  }
  const made = smtpSender(settings, ca)
  senders.push(made)
  return made
}

describe('mails over SMTP', () => {
  it('arrive with their head, both parts and their files, and name no secret recipient', async () => {
    expect(await sender().send(MESSAGE)).toMatchObject({ outcome: 'sent', code: 250, rejected: [] })
    const [{ mail, recipients } = { mail: null, recipients: [] }] = server.arrived
    expect(recipients).toEqual(['a@x.io', 'b@x.io', 'c@x.io', 'd@x.io'])
    expect(mail).toMatchObject({ subject: 'Facture n° 1', messageId: '<one@weir.example>' })
    expect(mail?.from?.value).toEqual([
      { name: expect.stringContaining('Müller & Söhne'), address: 'billing@weir.example' },
    ])
    expect(mail?.replyTo?.value).toEqual([{ name: 'Acme', address: 'acme@acme.example' }])
    expect([mail?.text?.trim(), mail?.html]).toEqual(['Bonjour', expect.stringContaining('<p>Bonjour</p>')])
    expect(mail?.headers.get('auto-submitted')).toBe('auto-generated')
    expect(mail?.headers.get('x-weir-mail')).toBe('invoice')
    expect(mail?.headers.get('content-language')).toBe('fr')
    expect(mail?.headers.has('bcc')).toBe(false)
    expect(mail?.attachments.map(({ filename, contentType }) => [filename, contentType])).toEqual([
      ['logo.png', 'image/png'],
      ['invoice-1.pdf', 'application/pdf'],
    ])
  })

  it.each([
    ['550 5.1.1 nobody', 'refused', 550],
    ['450 later', 'failed', 450],
    ['421 busy', 'failed', 421],
  ])('to recipients who are answered %s are %s', async (said, outcome, code) => {
    server.refusals.set('*', said)
    expect(await sender().send(MESSAGE)).toMatchObject({ outcome, code, rejected: [] })
    expect(server.arrived).toEqual([])
  })

  it('are sent when only some recipients are refused, who are named', async () => {
    server.refusals.set('b@x.io', '550 nobody')
    expect(await sender().send(MESSAGE)).toMatchObject({ outcome: 'sent', rejected: ['b@x.io'] })
    expect(server.arrived[0]?.recipients).toEqual(['a@x.io', 'c@x.io', 'd@x.io'])
  })

  it('are not given up when one recipient may be taken later', async () => {
    server.refusals.set('*', '550 nobody')
    server.refusals.set('c@x.io', '450 later')
    expect(await sender().send(MESSAGE)).toMatchObject({ outcome: 'failed' })
  })

  it.each([
    ['554 no spam', 'refused'],
    ['452 full', 'failed'],
  ])('that are answered %s after their data are %s', async (said, outcome) => {
    server.refuseMessages = said
    expect(await sender().send(MESSAGE)).toMatchObject({ outcome })
  })

  it('fail for now when the connection is cut after the data, or nobody listens', async () => {
    const dropping = await startDroppingServer()
    expect(await sender({ port: dropping.port }).send(MESSAGE)).toMatchObject({ outcome: 'failed' })
    await dropping.close()
    expect(await sender({ port: dropping.port }).send(MESSAGE)).toMatchObject({
      outcome: 'failed',
      code: null,
    })
  })

  it('fail for now with a wrong password, and go with the right one', async () => {
    const guarded = await startMailServer({ login: 'weir:secret' })
    const login = { port: guarded.port, username: 'weir' }
    expect(await sender({ ...login, password: 'wrong' }).send(MESSAGE)).toMatchObject({
      outcome: 'failed',
      code: 535,
    })
    expect(await sender({ ...login, password: 'secret' }).send(MESSAGE)).toMatchObject({ outcome: 'sent' })
    await guarded.close()
  })

  it('are not sent to a server whose certificate nobody vouches for', async () => {
    for (const tls of ['auto', 'always'] as const) {
      expect(await sender({ tls }).send(MESSAGE)).toMatchObject({ outcome: 'failed' })
    }
    expect(server.arrived).toEqual([])
  })

  it('are encrypted when the server can, and in plain text where that is asked for', async () => {
    for (const tls of ['auto', 'always', 'never'] as const) {
      expect(await sender({ tls }, LOCAL_CERTIFICATE.cert).send(MESSAGE)).toMatchObject({ outcome: 'sent' })
    }
    expect(server.arrived.map(({ isSecure }) => isSecure)).toEqual([true, true, false])
  })
})
