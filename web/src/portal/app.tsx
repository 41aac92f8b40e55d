import { lazy, type ReactElement, Suspense, useState } from 'react'
import type { PortalSession } from '../api/types.ts'
import { locale } from '../format/locale.ts'
import { call } from './api.ts'
import { languageNames, useSay } from './language.ts'
import { Home } from './pages/home.tsx'
import { Button, Page } from './parts.tsx'
import { go, Link, usePath } from './route.tsx'
import { useSession, useShows } from './session.ts'
import { ThemeField } from './theme.tsx'
import type { WordKey } from './words/en.ts'

const Usage = lazy(async () => ({ default: (await import('./pages/usage.tsx')).Usage }))
const Invoices = lazy(async () => ({ default: (await import('./pages/invoices.tsx')).Invoices }))
const Invoice = lazy(async () => ({ default: (await import('./pages/invoice.tsx')).Invoice }))
const Wallets = lazy(async () => ({ default: (await import('./pages/wallets.tsx')).Wallets }))
const CreditNotes = lazy(async () => ({ default: (await import('./pages/credit-notes.tsx')).CreditNotes }))
const Methods = lazy(async () => ({ default: (await import('./pages/payment-methods.tsx')).PaymentMethods }))
const Alerts = lazy(async () => ({ default: (await import('./pages/alerts.tsx')).Alerts }))
const Plan = lazy(async () => ({ default: (await import('./pages/plan.tsx')).Plan }))
const Information = lazy(async () => ({ default: (await import('./pages/information.tsx')).Information }))

/** The pages of the navigation, each with the part of the portal that it needs. */
const ENTRIES = [
  ['', 'home', null],
  ['usage', 'usage', 'usage'],
  ['invoices', 'invoices', 'invoices'],
  ['wallets', 'wallets', 'wallets'],
  ['credit-notes', 'creditNotes', 'credit_notes'],
  ['payment-methods', 'paymentMethods', 'payment_methods'],
  ['plan', 'plan', 'plan'],
  ['alerts', 'alerts', 'alerts'],
  ['information', 'information', 'information'],
] as const satisfies readonly (readonly [string, WordKey, string | null])[]

/** First parts of the portal's own addresses; anything else in their place is the token of a link. */
export const PAGES: readonly string[] = ENTRIES.map(([path]) => path).filter((path) => path !== '')

type AppProps = {
  readonly onLeft: () => void
  /** Shows everything in a language, or in that of the customer, which has changed. */
  readonly onLanguage: (chosen: string | null) => void
}

/** The portal: whose it is, its pages, and the one that is open. */
export function App({ onLeft, onLanguage }: AppProps): ReactElement {
  const say = useSay()
  const { brand, customer, is_sandbox, is_view_only } = useSession()
  const [first = ''] = usePath().split('/')
  return (
    <>
      <a className="portal-skip" href="#content">
        {say('skip')}
      </a>
      <header>
        {is_view_only && <p className="portal-banner">{say('viewOnly')}</p>}
        {is_sandbox && <p className="portal-banner portal-banner-test">{say('sandbox')}</p>}
        <div className="portal-top">
          <Link to="" className="portal-brand">
            <Logo brand={brand} />
          </Link>
          <span className="muted clip">{customer.name}</span>
          <LanguageChoice onLanguage={onLanguage} />
          <Leave onLeft={onLeft} />
        </div>
      </header>
      <div className="portal-body">
        <Navigation current={first} />
        <main id="content" tabIndex={-1}>
          <Suspense fallback={<p className="muted">{say('loading')}</p>}>
            <Content onLanguage={onLanguage} />
          </Suspense>
        </main>
      </div>
      <footer className="portal-foot">
        {brand.email && <HelpLine email={brand.email} />}
        <BrandLinks />
        {brand.powered_by && <span>{say('poweredBy', { name: 'Weir' })}</span>}
        <span>{say('zone', { zone: customer.timezone })}</span>
        <ThemeField />
      </footer>
    </>
  )
}

/** The logo, of which dark surfaces may have one of their own; the name in place of one that there is not. */
function Logo({ brand }: Pick<PortalSession, 'brand'>): ReactElement {
  const of = (url: string | null) => (url ? <img src={url} alt={brand.name} /> : brand.name)
  if (brand.logo_dark_url === null) return <>{of(brand.logo_url)}</>
  return (
    <>
      <span className="portal-in-light">{of(brand.logo_url)}</span>
      <span className="portal-in-dark">{of(brand.logo_dark_url)}</span>
    </>
  )
}

/** The language of the page, for as long as the window is open. */
function LanguageChoice({ onLanguage }: Pick<AppProps, 'onLanguage'>): ReactElement {
  const say = useSay()
  return (
    <select
      className="input portal-language"
      aria-label={say('pageLanguage')}
      value={locale()}
      onChange={({ target: { value } }) => onLanguage(value)}
    >
      {languageNames().map(([code, name]) => (
        <option key={code} value={code} lang={code}>
          {name}
        </option>
      ))}
    </select>
  )
}

/** Where the organization has more to read. */
function BrandLinks(): ReactElement {
  const say = useSay()
  const { brand } = useSession()
  const links = (
    [
      ['support', brand.support_url],
      ['terms', brand.terms_url],
      ['privacy', brand.privacy_url],
    ] as const
  ).filter(([, url]) => url !== null)
  return (
    <>
      {links.map(([word, url]) => (
        <a key={word} href={url ?? ''} className="in-text" target="_blank" rel="noopener noreferrer">
          {say(word)}
        </a>
      ))}
    </>
  )
}

function HelpLine({ email }: { readonly email: string }): ReactElement {
  const [before = '', after = ''] = useSay()('help', { email: '\u0000' }).split('\u0000')
  return (
    <span>
      {before}
      <a href={`mailto:${email}`} className="in-text">
        {email}
      </a>
      {after}
    </span>
  )
}

function Leave({ onLeft }: { readonly onLeft: () => void }): ReactElement {
  const say = useSay()
  const [isBusy, setBusy] = useState(false)
  const leave = async () => {
    setBusy(true)
    // Whatever the answer is: a session that cannot be ended now ends by itself, and this page shows nothing more.
    await call('DELETE', '/session').finally(() => {
      go('', { replace: true })
      onLeft()
    })
  }
  return (
    <Button kind="quiet" isBusy={isBusy} onClick={() => void leave()}>
      {say('leave')}
    </Button>
  )
}

function Navigation({ current }: { readonly current: string }): ReactElement {
  const say = useSay()
  const shows = useShows()
  const entries = ENTRIES.filter(([, , part]) => part === null || shows(part))
  return (
    <nav className="portal-nav" aria-label={say('main')}>
      <ul>
        {entries.map(([path, word]) => (
          <li key={path}>
            <Link to={path} aria-current={path === current ? 'page' : undefined}>
              {say(word)}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  )
}

function Content({ onLanguage }: Pick<AppProps, 'onLanguage'>): ReactElement {
  const say = useSay()
  const shows = useShows()
  const [first = '', second = '', ...more] = usePath().split('/')
  const entry = ENTRIES.find(([path]) => path === first)
  if (!entry || more.length > 0 || (entry[2] !== null && !shows(entry[2]))) {
    return (
      <Page title={say('notFound')}>
        <Link to="">{say('home')}</Link>
      </Page>
    )
  }
  if (first === 'usage') return <Usage id={second} />
  if (first === 'invoices') return second === '' ? <Invoices /> : <Invoice id={second} />
  if (first === 'wallets') return <Wallets id={second} />
  if (first === 'credit-notes') return <CreditNotes />
  if (first === 'payment-methods') return <Methods />
  if (first === 'plan') return <Plan />
  if (first === 'alerts') return <Alerts />
  if (first === 'information') return <Information onLanguage={() => onLanguage(null)} />
  return <Home />
}
