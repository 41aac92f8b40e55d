import { signIn } from '../../src/actions/sessions/sign-in.ts'
import { hashPassword } from '../../src/actions/users/passwords.ts'
import { csrfTokenOf } from '../../src/api/session-cookie.ts'
import { newId } from '../../src/store/ids.ts'
import { ts } from '../../src/store/values.ts'
import type { Answer, Client, Harness } from './harness.ts'
import { urlOf } from './paths.ts'

export const PASSWORD = 'correct horse battery staple'

/** Somebody who signed in, as a browser would call the API for an organization. */
export type Visitor = {
  readonly userId: string
  readonly email: string
  readonly token: string
  readonly headers: Readonly<Record<string, string>>
  /** One request below /api/v1, or to a full path, with the cookie and the token for writes. */
  readonly call: (
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ) => Promise<Answer>
}

let hash: Promise<string> | undefined

/** Makes a user with the test's password; hashing it once is enough for all. */
export async function makeUser({ context }: Harness, email: string): Promise<string> {
  hash ??= hashPassword(PASSWORD)
  const id = newId()
  const passwordHash = await hash
  await context.database.system
    .insertInto('users')
    .values({ id, email, passwordHash, createdAt: ts(context.systemNow()) })
    .execute()
  return id
}

/** Makes a user a member of an organization. */
export async function makeMember(
  { context }: Harness,
  userId: string,
  organizationId: string,
  roles: readonly string[],
): Promise<void> {
  await context.database.system
    .insertInto('memberships')
    .values({ organizationId, id: newId(), userId, roles: [...roles], createdAt: ts(context.systemNow()) })
    .execute()
}

export async function slugOf({ context }: Harness, organizationId: string): Promise<string> {
  const { slug } = await context.database.system
    .selectFrom('organizations')
    .select('slug')
    .where('id', '=', organizationId)
    .executeTakeFirstOrThrow()
  return slug
}

/** Signs a new user in who is a member of the client's organization; with no roles, of none. */
export async function visit(
  harness: Harness,
  client: Pick<Client, 'organizationId'>,
  email: string,
  roles: readonly string[],
): Promise<Visitor> {
  const userId = await makeUser(harness, email)
  if (roles.length > 0) await makeMember(harness, userId, client.organizationId, roles)
  const sender = { ipAddress: '127.0.0.1', userAgent: 'test browser' }
  const token = await signIn(harness.context, { email, password: PASSWORD }, sender)
  return visitorOf(harness, { userId, email, token }, await slugOf(harness, client.organizationId))
}

/** The same user with the same session, for another organization. */
export function visitorOf(
  { app }: Pick<Harness, 'app'>,
  who: { readonly userId: string; readonly email: string; readonly token: string },
  slug: string,
): Visitor {
  const headers = {
    cookie: `weir_session=${who.token}`,
    'x-csrf-token': csrfTokenOf(who.token),
    'x-weir-organization': slug,
  }
  const call: Visitor['call'] = async (method, path, body, own) => {
    const answer = await app.inject({
      method: method as 'GET',
      url: urlOf(path),
      headers: {
        ...headers,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...own,
      },
      ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
    })
    const isJson = String(answer.headers['content-type']).includes('json')
    return {
      status: answer.statusCode,
      body: isJson && answer.body !== '' ? answer.json() : answer.body,
      headers: answer.headers,
    }
  }
  return { ...who, headers, call }
}

/** Gives an organization a role of its own. */
export async function makeRole(
  { context }: Harness,
  organizationId: string,
  code: string,
  permissions: readonly string[],
): Promise<void> {
  const at = ts(context.systemNow())
  await context.database.system
    .insertInto('roles')
    .values({
      ...{ organizationId, id: newId(), code, name: code, permissions: [...permissions] },
      createdAt: at,
      updatedAt: at,
    })
    .execute()
}
