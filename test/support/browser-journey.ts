import type { ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import {
  type Browser,
  type BrowserContext,
  type CDPSession,
  chromium,
  errors,
  type Page,
} from 'playwright-core'
import { expect, inject } from 'vitest'
import { newId } from '../../src/store/ids.ts'
import {
  ADMIN_KEY,
  copyDataFolder,
  EMAIL,
  ORGANIZATION,
  PASSWORD,
  startFreshServer,
  startServer,
  stopServer,
} from './browser-server.ts'
import { CHROMIUM_ARGUMENTS, findChromium } from './chromium.ts'

const ROOT = join(import.meta.dirname, '../..')
const ARTIFACTS = join(ROOT, 'artifacts')
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const AXE_TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

export { EMAIL, PASSWORD } from './browser-server.ts'
export const hasChromium = findChromium() !== null

/** An organization that the test's person is an administrator of. */
export type Place = {
  readonly slug: string
  readonly key: string
  /** A call of the public API with the organization's key; the body. */
  // biome-ignore lint/suspicious/noExplicitAny: answers are read freely in tests
  readonly api: (method: string, path: string, body?: unknown) => Promise<any>
}

/** What a journey is made on. */
type Ground = {
  readonly url: string
  /** The data folder of the server. */
  readonly folder: string
  /** Of a server that is the journey's own; null on the one that is shared. */
  readonly child: ChildProcess | null
  /** Of the person, whose password is `PASSWORD`. */
  readonly email: string
  readonly name: string
}

/** A person with an organization of their own on a built server, and a browser on it. */
export class Journey {
  readonly url: string
  readonly email: string
  private readonly browser: Browser
  private readonly ground: Ground
  private readonly windows: BrowserContext[] = []
  private hasSignedIn = false
  private shots = 0

  private constructor(ground: Ground, browser: Browser) {
    this.url = ground.url
    this.email = ground.email
    this.ground = ground
    this.browser = browser
    mkdirSync(ARTIFACTS, { recursive: true })
  }

  /**
   * Begins on a server of its own, with more of its environment. What is no journey of its own name (`j01`) and needs no
   * environment shares a server with others of the kind. `name` is for the screenshots, and there for the person.
   */
  static async start(name: string, more?: Readonly<Record<string, string>>): Promise<Journey> {
    if (more === undefined && !/^j\d/.test(name)) {
      // The server outlives a run that is watched.
      const email = `${name}-${randomBytes(3).toString('hex')}@example.com`
      const ground = { ...inject('browserServer'), child: null, email, name }
      await makeOwner(ground)
      return new Journey(ground, await sharedBrowser())
    }
    const folder = await copyDataFolder(inject('browserData'))
    const { url, child } = await startServer(folder, more)
    return new Journey({ url, child, folder, email: EMAIL, name }, await sharedBrowser())
  }

  /** The same with a server that was just installed; `link` is what it printed for its owner. */
  static async fresh(
    name: string,
    more: Readonly<Record<string, string>> = {},
  ): Promise<{ readonly journey: Journey; readonly link: string }> {
    const folder = await mkdtemp(join(tmpdir(), 'weir-browser-'))
    const { url, child, link } = await startFreshServer(folder, more)
    return { journey: new Journey({ url, child, folder, email: EMAIL, name }, await sharedBrowser()), link }
  }

  async end(): Promise<void> {
    const { name, child, folder } = this.ground
    // What every window showed at the end tells most of what went wrong.
    for (const [n, page] of this.windows.flatMap((context) => context.pages()).entries()) {
      await shoot(page, `${name}-end-${n + 1}.png`)
    }
    for (const context of this.windows) await context.close()
    if (child === null) return
    await stopServer(child)
    await rm(folder, { recursive: true, force: true })
  }

  /** A new window, signed out. Whatever the page complains about fails the test. */
  async open(options: { dark?: boolean; width?: number } = {}): Promise<Page> {
    const context: BrowserContext = await this.browser.newContext({
      baseURL: this.url,
      locale: 'en-US',
      colorScheme: options.dark ? 'dark' : 'light',
      viewport: { width: options.width ?? 1440, height: 900 },
      acceptDownloads: true,
    })
    this.windows.push(context)
    const page = await context.newPage()
    page.setDefaultTimeout(30_000)
    page.on('pageerror', (error) => {
      throw error
    })
    page.on('console', (message) => {
      if (/Content Security Policy/.test(message.text())) throw new Error(message.text())
    })
    return page
  }

  /** Signs in, by the form the first time and by its request from then on; the page is then at `path`. */
  async signIn(page: Page, path = '/'): Promise<void> {
    if (this.hasSignedIn) {
      const data = { email: this.email, password: PASSWORD }
      const answer = await page.context().request.post('/api/weir/v1/session', { data })
      expect(answer.status()).toBe(200)
      await page.goto(path)
      return
    }
    await page.goto(path)
    await page.getByLabel('E-mail').fill(this.email)
    await page.getByLabel('Password').fill(PASSWORD)
    const button = page.getByRole('button', { name: 'Sign in' })
    await button.click()
    await page.waitForURL((url) => !url.pathname.startsWith('/login'))
    // The address changes before the page does.
    await button.waitFor({ state: 'detached' })
    this.hasSignedIn = true
  }

  /**
   * A sandbox with nothing in it, in which the person has some roles; an administrator unless told otherwise. `own` are
   * roles that it defines, with what they allow.
   */
  async sandbox(
    name: string,
    roles: readonly string[] = ['admin'],
    own: Readonly<Record<string, readonly string[]>> = {},
  ): Promise<Place> {
    return this.place({ name, sandbox: true }, roles, own)
  }

  /** The same with a live organization: its time is the system's. */
  async live(name: string): Promise<Place> {
    return this.place({ name, sandbox: false }, ['admin'], {})
  }

  /** Does something in the database of its server. */
  async database(work: (client: pg.Client) => Promise<void>): Promise<void> {
    await withDatabase(this.ground.folder, work)
  }

  private async place(
    wanted: { readonly name: string; readonly sandbox: boolean },
    roles: readonly string[],
    own: Readonly<Record<string, readonly string[]>>,
  ): Promise<Place> {
    const organization = await makeOrganization(this.url, wanted)
    await this.join(organization.id, roles, own)
    const api: Place['api'] = async (method, path, body) => {
      const reply = await fetch(`${this.url}${path.startsWith('/api/') ? '' : '/api/v1'}${path}`, {
        method,
        headers: { authorization: `Bearer ${organization.api_key}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      const text = await reply.text()
      if (!reply.ok) throw new Error(`${method} ${path}: ${reply.status} ${text}`)
      return text === '' ? null : JSON.parse(text)
    }
    const shown = await api('GET', '/organizations')
    return { slug: shown.organization.slug, key: organization.api_key, api }
  }

  /** Makes the person a member of an organization, and its own roles. */
  private async join(
    organizationId: string,
    roles: readonly string[],
    own: Readonly<Record<string, readonly string[]>>,
  ): Promise<void> {
    await withDatabase(this.ground.folder, async (client) => {
      for (const [code, permissions] of Object.entries(own)) {
        await client.query(
          `insert into roles (organization_id, id, code, name, permissions, created_at, updated_at)
           values ($1, $2, $3, $3, $4, now(), now())`,
          [organizationId, newId(), code, permissions],
        )
      }
      await makeMember(client, organizationId, this.email, roles)
    })
  }

  /** Keeps what the page looks like, and lets axe look at it, by all rules or these: nothing may be wrong. */
  async look(page: Page, what: string, rules?: readonly string[]): Promise<void> {
    await loaded(page)
    await atRest(page)
    this.shots += 1
    const { name } = this.ground
    const file = `${name}-${String(this.shots).padStart(2, '0')}-${what}.png`
    await shoot(page, file)
    expect(await violationsOf(page, rules), `${name}, ${what}`).toEqual([])
  }
}

let browser: Browser | undefined

/** One Chromium for all files of a worker, unless it crashes; it ends with the worker's process. */
async function sharedBrowser(): Promise<Browser> {
  if (!browser?.isConnected()) browser = await launch()
  return browser
}

async function launch(): Promise<Browser> {
  const executablePath = findChromium()
  if (executablePath === null) throw new Error('there is no Chromium')
  return chromium.launch({ executablePath, args: [...CHROMIUM_ARGUMENTS] })
}

async function makeOrganization(url: string, body: { readonly name: string; readonly sandbox: boolean }) {
  const answer = await fetch(`${url}/admin/organizations`, {
    method: 'POST',
    headers: { 'x-admin-api-key': ADMIN_KEY, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  if (!answer.ok) throw new Error(`the organization ${body.name}: ${answer.status} ${await answer.text()}`)
  const made = (await answer.json()) as { organization: { id: string; api_key: string } }
  return made.organization
}

/** Gives somebody new what the owner of a fresh server has: the same password, and an organization that is no sandbox. */
async function makeOwner({ url, folder, email }: Ground): Promise<void> {
  const { id } = await makeOrganization(url, { name: ORGANIZATION, sandbox: false })
  await withDatabase(folder, async (client) => {
    await client.query(
      `insert into users (id, email, password_hash, created_at)
       select $1, $2, password_hash, now() from users where email = $3`,
      [newId(), email, EMAIL],
    )
    await makeMember(client, id, email, ['admin'])
  })
}

async function makeMember(
  client: pg.Client,
  organizationId: string,
  email: string,
  roles: readonly string[],
): Promise<void> {
  await client.query(
    `insert into memberships (organization_id, id, user_id, roles, created_at)
     select $1, $2, id, $4, now() from users where email = $3`,
    [organizationId, newId(), email, roles],
  )
}

/** Does something in the database of the server on a data folder. */
async function withDatabase(folder: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const run = JSON.parse(await readFile(join(folder, 'postgres-run.json'), 'utf8')) as { url: string }
  const client = new pg.Client({ connectionString: run.url })
  await client.connect()
  try {
    await work(client)
  } finally {
    await client.end()
  }
}

const shooting = new WeakMap<Page, Promise<CDPSession>>()

/** Keeps a picture of a page. It is compressed little: Playwright's own takes twice the time. */
async function shoot(page: Page, file: string): Promise<void> {
  const known = shooting.get(page) ?? page.context().newCDPSession(page)
  shooting.set(page, known)
  const options = { format: 'png', optimizeForSpeed: true } as const
  const { data } = await (await known).send('Page.captureScreenshot', options)
  await writeFile(join(ARTIFACTS, file), Buffer.from(data, 'base64'))
}

/** How long a page may go on asking before it counts as one that never stops. */
const NETWORK_PATIENCE_MS = 10_000

/**
 * Waits until nothing loads. A page that reads its figures again all the time is never without a request where each
 * takes long; there it is enough that nothing on it is busy.
 */
export async function loaded(page: Page): Promise<void> {
  try {
    await page.waitForLoadState('networkidle', { timeout: NETWORK_PATIENCE_MS })
  } catch (error) {
    if (!(error instanceof errors.TimeoutError)) throw error
    await page.locator('[aria-busy="true"]').first().waitFor({ state: 'detached' })
  }
}

/** What does not fit into the window, in a line each: the page itself, and tables that are cut off instead of scrolling. */
export async function tooWide(page: Page): Promise<string[]> {
  return page.evaluate(`(() => {
    const outside = document.documentElement.scrollWidth - innerWidth
    const isCut = (table) => {
      for (let box = table.parentElement; box; box = box.parentElement) {
        const { overflowX } = getComputedStyle(box)
        if (overflowX === 'auto' || overflowX === 'scroll') return false
        const isOutside = table.getBoundingClientRect().right > box.getBoundingClientRect().right + 1
        if (isOutside && overflowX !== 'visible') return true
      }
      return false
    }
    const cut = [...document.querySelectorAll('table')].filter(isCut)
    return [
      ...(outside > 0 ? ['the page, by ' + outside + ' pixels'] : []),
      ...cut.map((table) => 'the table ' + (table.caption?.textContent ?? table.className)),
    ]
  })()`)
}

/** Waits until nothing fades or moves in: half-transparent text has less contrast than the page will have. */
async function atRest(page: Page): Promise<void> {
  await page.evaluate(`Promise.allSettled(
    document.getAnimations()
      .filter(({ effect }) => effect.getComputedTiming().endTime !== Infinity)
      .map(({ finished }) => finished),
  )`)
}

/** What axe finds on a page at rest, in a line each: by the rules of its tags, or by these alone. */
export async function violationsOf(page: Page, rules?: readonly string[]): Promise<string[]> {
  await atRest(page)
  if (!(await page.evaluate(`'axe' in window`))) await page.evaluate(AXE)
  return page.evaluate(
    async (runOnly) => {
      // What it says of the elements that are right would be thrown away, and takes a fifth of its time.
      const options = { runOnly, resultTypes: ['violations'] }
      // biome-ignore lint/suspicious/noExplicitAny: axe is put into the page by its text
      const { violations } = await (globalThis as any).axe.run(options)
      return violations.flatMap(
        (violation: { id: string; nodes: { target: string[]; failureSummary?: string }[] }) =>
          violation.nodes.map(
            ({ target, failureSummary = '' }) =>
              `${violation.id}: ${target.join(' ')} ${failureSummary.split('\n').slice(1).join(' ').trim()}`,
          ),
      )
    },
    rules ? { type: 'rule', values: [...rules] } : { type: 'tag', values: AXE_TAGS },
  )
}
