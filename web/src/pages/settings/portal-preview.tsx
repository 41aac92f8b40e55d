import { type CSSProperties, type ReactElement, useEffect, useState } from 'react'
import { OWN_API, useList, useOne } from '../../api/queries.ts'
import type { Customer, Invoice, PortalAccents, PortalSettings } from '../../api/types.ts'
import { formatDay } from '../../format/dates.ts'
import { formatCents } from '../../format/money.ts'
import { isUnread, OptionsNote, rowsOf } from '../../parts/options.tsx'
import { REMOVED } from './portal-file-field.tsx'

type Theme = 'light' | 'dark'

/** What the form says that the pages look like. */
export type PreviewedLook = {
  readonly accent_color: string
  readonly corners: string
  readonly powered_by: boolean
  readonly support_url: string
  readonly terms_url: string
  readonly privacy_url: string
  readonly font: string
  readonly logo_dark: string
}

const CORNERS: Readonly<Record<string, readonly [small: string, large: string]>> = {
  square: ['0', '0'],
  soft: ['6px', '8px'],
  round: ['14px', '18px'],
}
const FAMILY = 'Weir preview'
const CUSTOMERS_MAX = 50
const INVOICES_MAX = 3
const isColor = (text: string): boolean => /^#[0-9a-f]{6}$/i.test(text)

/** The pages with what the form says, before it is saved, and with what a customer has. */
export function LookPreview(props: {
  readonly look: PreviewedLook
  readonly settings: PortalSettings
  readonly name: string
}): ReactElement {
  const { look, settings } = props
  const [theme, setTheme] = useState<Theme>('light')
  const [chosen, setChosen] = useState('')
  const customers = useList<Customer>('/customers', 'customers', { per_page: CUSTOMERS_MAX })
  const rows = rowsOf(customers)
  const customer = rows.find(({ external_id }) => external_id === chosen) ?? rows[0]
  const hasFont = useFont(look.font, settings.brand.font_url)
  const style = useStyleOf(look, theme, hasFont)
  return (
    <section className="stack look" aria-label="Preview">
      <div className="line-between">
        <h2>Preview</h2>
        <div className="line">
          {rows.length > 0 && (
            <select
              className="input look-choice"
              aria-label="Customer of the preview"
              value={customer?.external_id ?? ''}
              onChange={(event) => setChosen(event.target.value)}
            >
              {rows.map(({ external_id, name }) => (
                <option key={external_id} value={external_id}>
                  {name || external_id}
                </option>
              ))}
            </select>
          )}
          <select
            className="input look-choice"
            aria-label="Theme of the preview"
            value={theme}
            onChange={(event) => setTheme(event.target.value === 'dark' ? 'dark' : 'light')}
          >
            <option value="light">Light</option>
            <option value="dark">Dark</option>
          </select>
        </div>
      </div>
      {isUnread(customers) && <OptionsNote asked={customers} what="customers" isEmpty={false} />}
      <div className="look-preview" data-look={theme} style={style}>
        <div className="look-top">
          <Logo look={look} settings={settings} name={props.name} theme={theme} />
          <span className="look-muted">{customer?.name || customer?.external_id || 'Customer'}</span>
        </div>
        <div className="look-body">
          <ul className="look-nav">
            <li className="look-current">Overview</li>
            <li>Usage</li>
            <li>Invoices</li>
          </ul>
          <Invoices customer={customer} />
        </div>
        <p className="look-foot look-muted">
          {look.support_url && <span className="look-link">Help</span>}
          {look.terms_url && <span className="look-link">Terms</span>}
          {look.privacy_url && <span className="look-link">Privacy</span>}
          {look.powered_by && <span>Powered by Weir</span>}
        </p>
      </div>
    </section>
  )
}

function Logo(props: {
  readonly look: PreviewedLook
  readonly settings: PortalSettings
  readonly name: string
  readonly theme: Theme
}): ReactElement {
  const { look, settings, name, theme } = props
  const stored = look.logo_dark === REMOVED ? null : settings.brand.logo_dark_url
  const dark = look.logo_dark.startsWith('data:') ? look.logo_dark : stored
  if (theme === 'light' || dark === null) return <strong>{name}</strong>
  return <img className="look-logo" src={dark} alt={name} />
}

function Invoices({ customer }: { readonly customer: Customer | undefined }): ReactElement {
  const params = {
    external_customer_id: customer?.external_id ?? '',
    per_page: INVOICES_MAX,
    status: 'finalized',
  }
  const { data } = useList<Invoice>('/invoices', 'invoices', params, { enabled: customer !== undefined })
  const rows = data?.rows ?? []
  return (
    <div className="look-card">
      <strong>Invoices</strong>
      {rows.length === 0 && <span className="look-muted">There is no invoice yet.</span>}
      {rows.map(({ lago_id, number, issuing_date, total_amount_cents, currency }) => (
        <div key={lago_id} className="line-between">
          <span>
            <span className="look-link">{number}</span>{' '}
            <span className="look-muted">{issuing_date === null ? '' : formatDay(issuing_date)}</span>
          </span>
          <span>{formatCents(total_amount_cents, currency)}</span>
        </div>
      ))}
      <span className="look-button">Pay now</span>
    </div>
  )
}

/** The colors and corners of a theme, as the server computes them. */
function useStyleOf(look: PreviewedLook, theme: Theme, hasFont: boolean): CSSProperties {
  const color = look.accent_color.trim().toLowerCase()
  const path = `${OWN_API}/portal_accents?accent_color=${encodeURIComponent(color)}`
  const { data } = useOne<PortalAccents>(path, 'portal_accents', { enabled: isColor(color) })
  const accent = isColor(color) ? data?.accents?.[theme] : undefined
  const [small, large] = CORNERS[look.corners] ?? ['6px', '8px']
  return {
    ...(accent
      ? {
          '--accent': accent.accent,
          '--on-accent': accent.on_accent,
          '--accent-soft': accent.accent_soft,
        }
      : {}),
    ...(hasFont ? { '--sans': `"${FAMILY}", sans-serif` } : {}),
    '--corner-small': small,
    '--corner': large,
  } as CSSProperties
}

/** Loads the font of a form, or the one that is stored; whether there is one. */
function useFont(value: string, storedUrl: string | null): boolean {
  const [isLoaded, setLoaded] = useState(false)
  useEffect(() => {
    const source = sourceOf(value, storedUrl)
    setLoaded(false)
    if (source === null) return
    const face = new FontFace(FAMILY, source)
    let isWanted = true
    face.load().then(
      () => {
        if (!isWanted) return
        document.fonts.add(face)
        setLoaded(true)
      },
      // What a browser cannot read is not shown; the server says what is wrong when it is saved.
      () => isWanted && setLoaded(false),
    )
    return () => {
      isWanted = false
      document.fonts.delete(face)
    }
  }, [value, storedUrl])
  return isLoaded
}

/** Our policy allows no fonts from data URLs; their bytes are as good. */
function sourceOf(value: string, storedUrl: string | null): string | ArrayBuffer | null {
  if (value === REMOVED) return null
  if (value === '') return storedUrl === null ? null : `url(${storedUrl})`
  const bytes = Uint8Array.from(atob(value.slice(value.indexOf(',') + 1)), (letter) => letter.charCodeAt(0))
  return bytes.buffer
}
