import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { findChromium } from '../test/support/chromium.ts'
import { type Paint, paintOf, timed, until } from './browser-page.ts'
import { figureOf } from './dashboard-figure.ts'
import { pageFigures } from './dashboard-pages.ts'
import { type Figure, median, quantile } from './figure.ts'
import { type LargeOrganization, OWNER } from './seed-large.ts'

const CONTENT = `!document.querySelector('.skeleton')`
const TITLE = `document.querySelector('h1')?.textContent`
const HAS_ROWS = `document.querySelector('tbody tr') && document.querySelector('h1')?.textContent === 'Invoices'`
const SETTLED = `!document.querySelector('.is-refetching')`
const CAPTION = `document.querySelector('.pager .caption')?.textContent`

async function signedIn(browser: Browser, { server }: LargeOrganization): Promise<BrowserContext> {
  const context = await browser.newContext({
    baseURL: server.url,
    locale: 'en-US',
    viewport: { width: 1440, height: 900 },
  })
  const page = await context.newPage()
  await page.goto('/login')
  await page.getByLabel('E-mail').fill(OWNER.email)
  await page.getByLabel('Password').fill(OWNER.password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.waitForURL((url) => !url.pathname.startsWith('/login'))
  await page.getByRole('heading', { level: 1 }).waitFor()
  await page.close()
  return context
}

async function paints(context: BrowserContext, slug: string, rounds: number): Promise<readonly Figure[]> {
  const figures: Figure[] = []
  const shifts: number[] = []
  for (const [slowdown, budget] of [
    [1, 1000],
    [4, 2000],
  ] as const) {
    for (const [name, path] of [
      ['home', `/${slug}`],
      ['invoices', `/${slug}/invoices`],
    ] as const) {
      const seen: Paint[] = []
      for (let round = 0; round < rounds; round += 1) seen.push(await paintOf(context, path, slowdown))
      shifts.push(...seen.map(({ cls }) => cls))
      const slow = slowdown === 1 ? '' : `, ${slowdown} times slower`
      figures.push(
        figureOf(`LCP of ${name}${slow}`, `largest contentful paint, cold, median of ${rounds}`, {
          value: median(seen.map(({ lcp }) => lcp)),
          budget,
          details: { lcp: seen.map(({ lcp }) => Math.round(lcp)), element: seen[0]?.element },
        }),
      )
    }
  }
  const layout = figureOf('CLS', 'most cumulative layout shift of these', {
    value: Math.max(...shifts),
    budget: 0.02,
    unit: '',
  })
  return [...figures, layout]
}

const side = (page: Page, name: string) => page.locator('nav.side').getByRole('link', { name, exact: true })

/** The list of all invoices: its first rows, another filter, its end. */
async function listFigures(
  context: BrowserContext,
  slug: string,
  rounds: number,
): Promise<readonly Figure[]> {
  const first: number[] = []
  const filter: number[] = []
  const end: number[] = []
  let rows = 0
  for (let round = 0; round < rounds; round += 1) {
    const page = await context.newPage()
    await page.goto(`/${slug}`)
    await page.waitForLoadState('networkidle')
    first.push(await timed(page, 'click', HAS_ROWS, () => side(page, 'Invoices').click()))
    for (const currency of ['USD', 'EUR', 'CHF']) {
      const before = await page.evaluate<string>(`JSON.stringify(${CAPTION} ?? null)`)
      const isOther = `${SETTLED} && ${CONTENT} && (${CAPTION} ?? null) !== ${before}`
      const chip = page.locator('.chip', { hasText: 'Currency' }).locator('select')
      filter.push(await timed(page, 'change', isOther, () => chip.selectOption(currency)))
    }
    await page.goto(`/${slug}/invoices`)
    await until(page, HAS_ROWS)
    const before = await page.evaluate<string>(`JSON.stringify(${CAPTION})`)
    const last = page.getByRole('button', { name: 'Last', exact: true })
    end.push(await timed(page, 'click', `${SETTLED} && ${CAPTION} !== ${before}`, () => last.click()))
    rows = Math.max(rows, await page.locator('tbody tr').count())
    await page.close()
  }
  const of = (name: string, what: string, taken: readonly number[], budget: number) =>
    figureOf(name, `${what}, median of ${taken.length}`, {
      value: median(taken),
      budget,
      details: { all: taken.map(Math.round), p95: quantile(taken, 0.95) },
    })
  return [
    of('first rows', 'from a click on Invoices to rows', first, 400),
    of('filter change', 'from another currency to its rows', filter, 500),
    of('jump to end', 'from a click on Last to its rows', end, 800),
    figureOf('rows in the DOM', 'of a list', { value: rows, budget: 120, unit: 'rows' }),
  ]
}

/** Every page of the navigation, opened for the second time: from a click to another heading and what is below it. */
async function routeFigure(context: BrowserContext, slug: string): Promise<Figure> {
  const page = await context.newPage()
  await page.goto(`/${slug}`)
  await until(page, `document.querySelector('nav.side .side-link') && ${TITLE} && ${CONTENT}`)
  const [home, ...others] = await page.locator('nav.side .side-link').allTextContents()
  if (home === undefined || others.length === 0) throw new Error('the navigation has no pages')
  const taken = new Map<string, number>()
  for (const isWarm of [false, true]) {
    // Home is open, so each click opens another page.
    for (const name of [...others, home]) {
      const link = side(page, name)
      const href = await link.getAttribute('href')
      if (href === null) throw new Error(`the navigation has no address for ${name}`)
      const before = JSON.stringify(await page.evaluate<string>(TITLE))
      const isThere = `location.pathname === '${href}' && ${TITLE} && ${TITLE} !== ${before} && ${CONTENT}`
      const took = await timed(page, 'click', isThere, () => link.click())
      if (isWarm) taken.set(name, Math.round(took))
      else await page.waitForLoadState('networkidle')
    }
  }
  await page.close()
  return figureOf('route change', `p95 of ${taken.size} pages, warm`, {
    value: quantile([...taken.values()], 0.95),
    budget: 200,
    details: { median: median([...taken.values()]), pages: Object.fromEntries(taken) },
  })
}

/** From a key in the palette to what the server finds. */
async function paletteFigure(
  context: BrowserContext,
  of: LargeOrganization,
  rounds: number,
): Promise<Figure> {
  const page = await context.newPage()
  await page.goto(`/${of.slug}`)
  await page.getByRole('heading', { name: 'Home', level: 1 }).waitFor()
  await page.waitForLoadState('networkidle')
  const taken: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    const number = 1 + ((round * 7919) % of.customers)
    await page.keyboard.press('Control+K')
    await page.getByRole('dialog', { name: 'Search' }).getByRole('combobox').waitFor()
    await page.keyboard.insertText(`cust_${number}`.slice(0, -1))
    await page.waitForTimeout(500)
    const isFound = `[...document.querySelectorAll('.palette-option')].some((each) =>
      each.textContent.includes('cust_${number}'))`
    // Found before the last key, it would tell nothing.
    if (!(await page.evaluate<boolean>(isFound))) {
      taken.push(await timed(page, 'keydown', isFound, () => page.keyboard.type(String(number % 10))))
    }
    await page.keyboard.press('Escape')
    // The next key would otherwise come between its closing and the end of it.
    await until(page, `!document.querySelector('dialog.palette')`)
  }
  await page.close()
  return figureOf('palette', `p95 from a key to what it finds, of ${taken.length}`, {
    value: quantile(taken, 0.95),
    budget: 100,
    details: { median: median(taken), all: taken.map(Math.round) },
  })
}

/** From a key in the price of a plan to the total of its preview. */
async function previewFigure(context: BrowserContext, slug: string, rounds: number): Promise<Figure> {
  const page = await context.newPage()
  await page.goto(`/${slug}/plans/scale-eur/edit`)
  const total = page.getByTestId('preview-total')
  await total.waitFor()
  await page.waitForLoadState('networkidle')
  // Without a point, so that every key is another price.
  await page.locator('#field-amount').fill('41')
  await page.waitForLoadState('networkidle')
  const taken: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    const before = JSON.stringify(await total.textContent())
    const key = round % 2 === 0 ? 'Backspace' : String(1 + (round % 9))
    const isOther = `document.querySelector('[data-testid="preview-total"]')?.textContent !== ${before}`
    taken.push(await timed(page, 'keydown', isOther, () => page.keyboard.press(key)))
    await page.waitForTimeout(150)
  }
  await page.close()
  return figureOf('preview', `p95 from a key to the new total, of ${taken.length}`, {
    value: quantile(taken, 0.95),
    budget: 100,
    details: { median: median(taken), all: taken.map(Math.round) },
  })
}

/** From the newcomer's click to a whole company in a sandbox, which is removed after that. */
async function sampleFigure(context: BrowserContext, { slug }: LargeOrganization): Promise<Figure> {
  const page = await context.newPage()
  await page.goto(`/${slug}/start`)
  const make = page.getByRole('button', { name: 'Make the sample company' })
  await make.waitFor()
  await page.waitForLoadState('networkidle')
  const begun = performance.now()
  await make.click()
  await page.getByText('5 of 6').waitFor({ timeout: 120_000 })
  const value = performance.now() - begun
  const sandbox = new URL(page.url()).pathname.slice(1)
  const session = await (await context.request.get('/api/weir/v1/session')).json()
  const removed = await context.request.delete(`/api/weir/v1/sandboxes/${sandbox}`, {
    headers: { 'x-weir-organization': sandbox, 'x-csrf-token': session.session.csrf_token },
  })
  if (!removed.ok()) throw new Error(`removing the sample: ${removed.status()} ${await removed.text()}`)
  await page.close()
  return figureOf('sample company', 'from a click to Home of the sample, beside the large organization', {
    value,
    budget: 10_000,
  })
}

/** What Chromium measures of the dashboard; nothing where there is no Chromium. */
export async function measureBrowser(of: LargeOrganization, isQuick: boolean): Promise<readonly Figure[]> {
  const executablePath = findChromium()
  if (executablePath === null) {
    console.warn('no Chromium on this machine: the budgets of the browser are not measured')
    return []
  }
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
  try {
    const context = await signedIn(browser, of)
    const rounds = isQuick ? 2 : 7
    return [
      ...(await paints(context, of.slug, rounds)),
      ...(await listFigures(context, of.slug, rounds)),
      await routeFigure(context, of.slug),
      await paletteFigure(context, of, rounds * 6),
      await previewFigure(context, of.slug, rounds * 6),
      await sampleFigure(context, of),
      ...(await pageFigures(context, of, isQuick)),
    ]
  } finally {
    await browser.close()
  }
}
