import type { ChildProcess } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { type Browser, type BrowserContext, chromium, errors, type Page } from 'playwright-core'
import { expect, inject } from 'vitest'
import { newId } from '../../src/store/ids.ts'
import {
  ADMIN_KEY,
  copyDataFolder,
  EMAIL,
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

/** A built server of its own with a browser on it. */
export class Journey {
  readonly url: string
  readonly browser: Browser
  private readonly child: ChildProcess
  private readonly folder: string
  private readonly name: string
  private shots = 0

  private constructor(parts: {
    url: string
    browser: Browser
    child: ChildProcess
    folder: string
    name: string
  }) {
    this.url = parts.url
    this.browser = parts.browser
    this.child = parts.child
    this.folder = parts.folder
    this.name = parts.name
    mkdirSync(ARTIFACTS, { recursive: true })
  }

  /** Starts the server, with more of its environment, and the browser. `name` is for the screenshots. */
  static async start(name: string, more: Readonly<Record<string, string>> = {}): Promise<Journey> {
    const folder = await copyDataFolder(inject('browserData'))
    const { url, child } = await startServer(folder, more)
    return new Journey({ url, browser: await launch(), child, folder, name })
  }

  /** The same with a server that was just installed; `link` is what it printed for its owner. */
  static async fresh(
    name: string,
    more: Readonly<Record<string, string>> = {},
  ): Promise<{ readonly journey: Journey; readonly link: string }> {
    const folder = await mkdtemp(join(tmpdir(), 'weir-browser-'))
    const { url, child, link } = await startFreshServer(folder, more)
    return { journey: new Journey({ url, browser: await launch(), child, folder, name }), link }
  }

  async end(): Promise<void> {
    // What every window showed at the end tells most of what went wrong.
    for (const [n, page] of this.browser
      .contexts()
      .flatMap((context) => context.pages())
      .entries()) {
      await page.screenshot({ path: join(ARTIFACTS, `${this.name}-end-${n + 1}.png`) })
    }
    await this.browser.close()
    await stopServer(this.child)
    await rm(this.folder, { recursive: true, force: true })
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

  /** Signs in by the form; the page is then at `path`. */
  async signIn(page: Page, path = '/'): Promise<void> {
    await page.goto(path)
    await page.getByLabel('E-mail').fill(EMAIL)
    await page.getByLabel('Password').fill(PASSWORD)
    const button = page.getByRole('button', { name: 'Sign in' })
    await button.click()
    await page.waitForURL((url) => !url.pathname.startsWith('/login'))
    // The address changes before the page does.
    await button.waitFor({ state: 'detached' })
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
    const answer = await fetch(`${this.url}/admin/organizations`, {
      method: 'POST',
      headers: { 'x-admin-api-key': ADMIN_KEY, 'content-type': 'application/json' },
      body: JSON.stringify({ name, sandbox: true }),
    })
    const { organization } = (await answer.json()) as { organization: { id: string; api_key: string } }
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
    const run = JSON.parse(await readFile(join(this.folder, 'postgres-run.json'), 'utf8')) as { url: string }
    const client = new pg.Client({ connectionString: run.url })
    await client.connect()
    try {
      for (const [code, permissions] of Object.entries(own)) {
        await client.query(
          `insert into roles (organization_id, id, code, name, permissions, created_at, updated_at)
           values ($1, $2, $3, $3, $4, now(), now())`,
          [organizationId, newId(), code, permissions],
        )
      }
      await client.query(
        `insert into memberships (organization_id, id, user_id, roles, created_at)
         select $1, $2, id, $4, now() from users where email = $3`,
        [organizationId, newId(), EMAIL, roles],
      )
    } finally {
      await client.end()
    }
  }

  /** Keeps what the page looks like, and lets axe look at it, by all rules or these: nothing may be wrong. */
  async look(page: Page, what: string, rules?: readonly string[]): Promise<void> {
    await loaded(page)
    await atRest(page)
    this.shots += 1
    const file = `${this.name}-${String(this.shots).padStart(2, '0')}-${what}.png`
    await page.screenshot({ path: join(ARTIFACTS, file) })
    expect(await violationsOf(page, rules), `${this.name}, ${what}`).toEqual([])
  }
}

async function launch(): Promise<Browser> {
  const executablePath = findChromium()
  if (executablePath === null) throw new Error('there is no Chromium')
  return chromium.launch({ executablePath, args: [...CHROMIUM_ARGUMENTS] })
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
      // biome-ignore lint/suspicious/noExplicitAny: axe is put into the page by its text
      const { violations } = await (globalThis as any).axe.run({ runOnly })
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
