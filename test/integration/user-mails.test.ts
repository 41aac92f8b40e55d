import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Mailer } from '../../src/actions/context.ts'
import { createOrganization } from '../../src/actions/organizations/create-organization.ts'
import { createResetLink } from '../../src/actions/users/reset-password.ts'
import { smtpSender } from '../../src/gateways/mail/smtp.ts'
import { tasks } from '../../src/jobs/tasks.ts'
import { makeMember, makeUser, visit } from '../support/browser-session.ts'
import { type Answer, type Client, type Harness, startHarness } from '../support/harness.ts'
import { type MailServer, startMailServer } from '../support/mail-server.ts'

const OWN = '/api/weir/v1'
const NEW_PASSWORD = 'seven small blue boats'

let harness: Harness
let server: MailServer
let close: () => void

beforeAll(async () => {
  harness = await startHarness()
})

beforeEach(async () => {
  server = await startMailServer()
  const smtp = smtpSender({
    ...{ host: '127.0.0.1', port: server.port, domain: null, username: null, password: null },
    ...{ tls: 'never', connections: 1, perSecond: 100 },
  })
  close = smtp.close
  const sink: Mailer['sink'] = async () => {
    throw new Error('no mail to a user goes there')
  }
  Object.assign(harness.context, { mail: { send: smtp.send, sink } satisfies Mailer })
  Object.assign(harness.context.settings, { sendsMail: true })
})

afterEach(async () => {
  close()
  await server.close()
})

afterAll(() => harness?.close())

async function ask(method: string, path: string, body?: object): Promise<Answer> {
  const answer = await harness.app.inject({
    method: method as 'GET',
    url: `${OWN}${path}`,
    ...(body ? { headers: { 'content-type': 'application/json' }, payload: JSON.stringify(body) } : {}),
  })
  return { status: answer.statusCode, body: answer.json(), headers: answer.headers }
}

type Payload = Readonly<Record<string, unknown>>
const RUN = { attempt: 1, signal: new AbortController().signal }

/** Takes the waiting jobs of a task from the queue, each as often as a process that dies would begin it again. */
async function work(task: string, times = 1): Promise<number> {
  const { system } = harness.context.database
  const { rows } = await sql<{ id: string; payload: Payload }>`
    select j.id::text, p.payload from graphile_worker.jobs j
    join graphile_worker._private_jobs p on p.id = j.id
    where j.task_identifier = ${task} and j.run_at <= now() order by j.id`.execute(system)
  for (const { id, payload } of rows) {
    for (let time = 0; time < times; time += 1) await tasks[task]?.(harness.context, payload, RUN)
    await sql`select graphile_worker.complete_jobs(array[${id}::bigint])`.execute(system)
  }
  return rows.length
}

async function userOf(client: Client, email: string): Promise<string> {
  const userId = await makeUser(harness, email)
  await makeMember(harness, userId, client.organizationId, ['admin'])
  return userId
}

const inGerman = (client: Client) =>
  sql`update organizations set document_locale = 'de' where id = ${client.organizationId}`.execute(
    harness.context.database.system,
  )

const linksOf = (text: string | undefined, path: string) =>
  [...(text ?? '').matchAll(new RegExp(`http://localhost:3000/${path}/([\\w-]+)`, 'g'))].map(
    ([, token]) => token,
  )

const resetOf = (index: number) => linksOf(server.arrived[index]?.mail.text, 'reset-password')[0] ?? ''

describe('the mail with a link for a new password', () => {
  it('is one for each request, whatever crashes, and its link works once', async () => {
    const client = await harness.organization({ sandbox: true })
    const userId = await userOf(client, 'ada@reset.example')
    expect((await ask('POST', '/password_resets', { email: 'ADA@reset.example' })).status).toBe(200)
    expect(await work('answer_password_reset', 2)).toBe(1)
    expect(await work('send_mail', 2)).toBe(1)
    expect(server.arrived).toHaveLength(1)
    const [{ mail, recipients } = { mail: null, recipients: [] }] = server.arrived
    expect(recipients).toEqual(['ada@reset.example'])
    expect(mail?.from?.value).toEqual([{ name: 'Weir', address: 'weir@weir.example' }])
    expect(mail?.subject).toBe('Set a new password')
    expect(mail?.text).toContain('If it was not you, nothing is left to do')
    expect(mail?.html).toContain(`href="http://localhost:3000/reset-password/${resetOf(0)}"`)
    // Another link, which an admin gave, works as well until one of them is used.
    const shown = linksOf(await createResetLink(harness.context, userId), 'reset-password')[0] ?? ''
    await ask('POST', '/password_resets', { email: 'ada@reset.example' })
    await work('answer_password_reset')
    await work('send_mail')
    for (const token of [shown, resetOf(1)]) {
      expect((await ask('GET', `/password_resets/${token}`)).status).toBe(200)
    }
    expect((await ask('POST', `/password_resets/${resetOf(1)}`, { password: NEW_PASSWORD })).status).toBe(200)
    for (const token of [shown, resetOf(1)]) {
      expect((await ask('GET', `/password_resets/${token}`)).status).toBe(410)
    }
  })

  it('keeps its link open when it was sent, and the process died before it wrote that down', async () => {
    const client = await harness.organization({ sandbox: false })
    await userOf(client, 'crash@reset.example')
    await ask('POST', '/password_resets', { email: 'crash@reset.example' })
    await work('answer_password_reset')
    const { send } = harness.context.mail
    const dying: Mailer['send'] = async (message) => {
      await send(message)
      throw new Error('killed')
    }
    Object.assign(harness.context.mail, { send: dying })
    await expect(work('send_mail')).rejects.toThrow('killed')
    Object.assign(harness.context.mail, { send })
    await work('send_mail')
    expect(server.arrived).toHaveLength(2)
    expect(new Set(server.arrived.map(({ mail }) => mail.messageId)).size).toBe(1)
    expect(resetOf(0)).not.toBe(resetOf(1))
    for (const index of [0, 1]) {
      expect((await ask('GET', `/password_resets/${resetOf(index)}`)).status).toBe(200)
    }
  })

  it('is in the language of the organization, and three an hour at most', async () => {
    const client = await harness.organization({ sandbox: false })
    await inGerman(client)
    await userOf(client, 'often@reset.example')
    for (let time = 0; time < 5; time += 1) {
      await ask('POST', '/password_resets', { email: 'often@reset.example' })
      await work('answer_password_reset')
    }
    await work('send_mail')
    expect(server.arrived.map(({ mail }) => mail.subject)).toEqual(Array(3).fill('Neues Passwort festlegen'))
    expect(server.arrived[0]?.mail.headers.get('content-language')).toBe('de')
    expect((await client.call('GET', `${OWN}/mails`)).body.mails).toEqual([])
  })

  it('is the same work for an address of nobody: one job, and the same answer', async () => {
    const client = await harness.organization({ sandbox: false })
    await userOf(client, 'known@reset.example')
    const answers = await Promise.all(
      ['known@reset.example', 'unknown@reset.example', 'unknown@reset.example'].map((email) =>
        ask('POST', '/password_resets', { email }),
      ),
    )
    expect(answers.map(({ status, body }) => [status, body])).toEqual(Array(3).fill([200, {}]))
    expect(await work('answer_password_reset')).toBe(2)
    await work('send_mail')
    expect(server.arrived.map(({ recipients }) => recipients)).toEqual([['known@reset.example']])
  })

  it('is not sent where the installation mails no users; the admins see the request', async () => {
    Object.assign(harness.context.settings, { sendsMail: false })
    const client = await harness.organization({ sandbox: false })
    await userOf(client, 'quiet@reset.example')
    await ask('POST', '/password_resets', { email: 'quiet@reset.example' })
    await work('answer_password_reset')
    expect(await work('send_mail')).toBe(0)
    const { rows } = await sql<{ event: string; email: string }>`
      select log_event as event, user_email as email from security_logs
      where organization_id = ${client.organizationId}`.execute(harness.context.database.system)
    expect(rows).toEqual([{ event: 'user.password_reset_requested', email: 'quiet@reset.example' }])
    expect((await ask('GET', '/installation')).body.installation.has_smtp).toBe(false)
  })
})

describe('the mail of an invitation', () => {
  const invite = async (client: Client, emails: readonly string[]) => {
    const admin = await visit(harness, client, `admin-${client.organizationId}@invite.example`, ['admin'])
    const body = { invitation: { emails, roles: ['manager'] } }
    const answer = await admin.call('POST', `${OWN}/invitations`, body)
    expect(answer.status).toBe(200)
    type Made = { readonly id: string; readonly url: string; readonly is_mailed: boolean }
    return { admin, invitations: answer.body.invitations as Made[] }
  }
  const tokenIn = (text: string | undefined) => linksOf(text, 'invitation')[0] ?? ''
  const opens = async (token: string) => (await ask('GET', `/invitation_links/${token}`)).status

  it('goes out once, says who invites to what, and its link works beside the one that is shown', async () => {
    const client = await harness.organization({ sandbox: false })
    const { admin, invitations } = await invite(client, ['new@invite.example'])
    expect(await work('send_mail', 2)).toBe(1)
    expect(server.arrived).toHaveLength(1)
    const text = server.arrived[0]?.mail.text
    expect(server.arrived[0]?.mail.subject).toBe('Join Test Organization')
    expect(text).toContain(`${admin.email} invites you to Test Organization.`)
    const shown = tokenIn(invitations[0]?.url)
    expect(invitations[0]?.is_mailed).toBe(true)
    expect(tokenIn(text)).toMatch(/^[0-9a-f]{40}$/)
    expect([await opens(tokenIn(text)), await opens(shown)]).toEqual([200, 200])
    const renewed = await admin.call('POST', `${OWN}/invitations/${invitations[0]?.id}/renew`)
    expect(await work('send_mail')).toBe(1)
    const fresh = tokenIn(server.arrived[1]?.mail.text)
    expect([await opens(tokenIn(text)), await opens(shown)]).toEqual([404, 404])
    expect([await opens(fresh), await opens(tokenIn(renewed.body.invitation.url))]).toEqual([200, 200])
    const accepted = await ask('POST', `/invitation_links/${fresh}/accept`, { password: NEW_PASSWORD })
    expect(accepted.body.session.memberships[0].roles).toEqual(['manager'])
    expect(await opens(fresh)).toBe(410)
  })

  it('is not sent any more once the invitation was taken back', async () => {
    const client = await harness.organization({ sandbox: false })
    const { admin, invitations } = await invite(client, ['gone@invite.example'])
    await admin.call('DELETE', `${OWN}/invitations/${invitations[0]?.id}`)
    await work('send_mail')
    expect(server.arrived).toEqual([])
    const { rows } = await sql<object>`select status, problem from mails
      where organization_id = ${client.organizationId}`.execute(harness.context.database.system)
    expect(rows).toEqual([{ status: 'skipped', problem: 'invitation_closed' }])
  })

  it('is not sent from a sandbox, nor where nothing is configured, nor to more than a hundred a day', async () => {
    const box = await invite(await harness.organization({ sandbox: true }), ['box@invite.example'])
    expect(box.invitations[0]?.is_mailed).toBe(false)
    Object.assign(harness.context.settings, { sendsMail: false })
    await invite(await harness.organization({ sandbox: false }), ['none@invite.example'])
    Object.assign(harness.context.settings, { sendsMail: true })
    expect(await work('send_mail')).toBe(0)
    const client = await harness.organization({ sandbox: false })
    const many = Array.from({ length: 60 }, (_, i) => `many${i}@invite.example`)
    const { admin } = await invite(client, many.slice(0, 40))
    const more = (emails: readonly string[]) =>
      admin.call('POST', `${OWN}/invitations`, { invitation: { emails, roles: ['manager'] } })
    await more(many.slice(40))
    const others = Array.from({ length: 45 }, (_, i) => `other${i}@invite.example`)
    expect((await more(others)).body.invitations).toHaveLength(45)
    const { rows } = await sql<{ status: string; count: number }>`
      select status, count(*)::int as count from mails where organization_id = ${client.organizationId}
      group by status order by status`.execute(harness.context.database.system)
    expect(rows).toEqual([
      { status: 'queued', count: 100 },
      { status: 'skipped', count: 5 },
    ])
    await sql`delete from graphile_worker._private_jobs`.execute(harness.context.database.system)
  })

  it('goes to the first admin of an organization that the operator makes', async () => {
    const parts = { name: 'Acme', email: 'owner@invite.example', isSandbox: false }
    const { inviteUrl } = await createOrganization(harness.context, parts)
    await work('send_mail')
    const text = server.arrived[0]?.mail.text
    expect(text).toContain('You are invited to Acme.')
    expect(tokenIn(text)).not.toBe(tokenIn(inviteUrl ?? ''))
    expect(await opens(tokenIn(text))).toBe(200)
  })
})
