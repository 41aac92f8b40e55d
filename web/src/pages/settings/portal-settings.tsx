import { type ReactElement, useState } from 'react'
import { OWN_API, useList, useOne, useWrite } from '../../api/queries.ts'
import { useMay } from '../../api/session.ts'
import type { Plan, PortalSettings } from '../../api/types.ts'
import { ApiCallButton } from '../../parts/api-call.tsx'
import { ButtonLink } from '../../parts/button.tsx'
import { ProblemLine } from '../../parts/dialog.tsx'
import { useAt } from '../../parts/link.tsx'
import { Card, Facts, Page } from '../../parts/page.tsx'
import { Loaded } from '../../parts/states.tsx'
import { Toggle } from '../../parts/toggle.tsx'
import { PortalDomain } from './portal-domain.tsx'
import { PortalEmbedding } from './portal-embedding.tsx'
import { SettingsTabs } from './settings-tabs.tsx'

type Part = PortalSettings['parts'][number]

const PATH = `${OWN_API}/portal_settings`
const PARTS: readonly (readonly [part: Part, label: string, help: string])[] = [
  [
    'usage',
    'Usage',
    'Units of the present period and of those before, and the tiers that they have reached.',
  ],
  [
    'amounts',
    'Money beside usage',
    'Without it, customers see units only, and no estimate of the next invoice.',
  ],
  [
    'invoices',
    'Invoices',
    'Final invoices and receipts, with downloads and the way to pay. Drafts are never shown.',
  ],
  ['wallets', 'Credits', 'Balances of wallets and their movements.'],
  ['top_ups', 'Buying credits', 'Within the limits of the wallet.'],
  ['credit_notes', 'Credit notes', 'Final credit notes, and what is left of them.'],
  [
    'payment_methods',
    'Payment methods',
    'Adding on the page of the provider, choosing the default, removing.',
  ],
  ['plan', 'Plan', 'Its price, the prices of its charges, and entitlements.'],
  [
    'plan_changes',
    'Changing the plan',
    'Between the plans that you choose below: to a dearer one at once, to a cheaper one at the end of the period.',
  ],
  [
    'alerts',
    'Alerts',
    'Customers choose amounts of usage or balance at which they are told, by e-mail too. Only they see these alerts; ' +
      'webhooks tell when one is raised.',
  ],
  [
    'information',
    'Details',
    'Names, addresses, tax number, e-mail and language, which customers can change.',
  ],
]

/** What customers see and do in their portal. */
export function PortalSettingsPage(): ReactElement {
  const at = useAt()
  const query = useOne<PortalSettings>(PATH, 'portal_settings')
  return (
    <Page
      title="Customer portal"
      crumbs={[{ label: 'Settings', href: at('/settings') }]}
      tabs={<SettingsTabs />}
    >
      <Loaded query={query}>
        {(settings) => (
          <div className="stack-wide">
            <Parts settings={settings} />
            {settings.parts.includes('plan_changes') && <Plans settings={settings} />}
            <Look settings={settings} />
            <PortalDomain key={settings.domain} settings={settings} />
            <PortalEmbedding key={settings.embedding_origins.join()} settings={settings} />
          </div>
        )}
      </Loaded>
    </Page>
  )
}

function Parts({ settings }: { readonly settings: PortalSettings }): ReactElement {
  const may = useMay()
  const { mutate, error, isPending } = useWrite()
  const [chosen, setChosen] = useState(settings.parts)
  // What was chosen is shown at once, and what the server says as soon as it has answered.
  const parts = isPending ? chosen : settings.parts
  const writeOf = (next: readonly Part[]) =>
    ({ method: 'PUT', path: PATH, body: { portal_settings: { parts: next } } }) as const
  const turn = (part: Part, isOn: boolean) => {
    const next = isOn ? [...parts, part] : parts.filter((each) => each !== part)
    setChosen(next)
    mutate(writeOf(next))
  }
  return (
    <Card title="What customers see" aside={<ApiCallButton write={writeOf(parts)} />}>
      <div className="stack">
        <p className="muted">
          Customers open their portal with a link, which you find on their page. It has the name and logo of
          their billing entity, and their language.
        </p>
        {error && <ProblemLine problem={error} />}
        {!may('organization:update') && (
          <Facts
            facts={PARTS.map(([part, label]) => [label, parts.includes(part) ? 'Shown' : 'Hidden'] as const)}
          />
        )}
        {PARTS.filter(() => may('organization:update')).map(([part, label, help]) => (
          <Toggle
            key={part}
            label={label}
            help={help}
            isOn={parts.includes(part)}
            onChange={(isOn) => turn(part, isOn)}
          />
        ))}
      </div>
    </Card>
  )
}

/** What the portal looks like, and the way to change it. */
function Look({ settings }: { readonly settings: PortalSettings }): ReactElement {
  const at = useAt()
  const may = useMay()
  const { brand } = settings
  return (
    <Card
      title="Look"
      aside={
        may('organization:update') && (
          <ButtonLink href={at('/settings/portal/look')}>Change the look</ButtonLink>
        )
      }
    >
      <Facts
        facts={[
          ['Accent color', brand.accent_color ?? 'That of the portal'],
          ['Corners', { square: 'Square', soft: 'Soft', round: 'Round' }[brand.corners]],
          ['E-mail address for questions', brand.support_email ?? 'That of the billing entity'],
          ['Help pages', brand.support_url],
          ['Terms', brand.terms_url],
          ['Privacy', brand.privacy_url],
          ['Font', brand.font_url ? 'Your own' : 'That of the system'],
          ['Icon of the tab', brand.favicon_url ? 'Your own' : 'None'],
          ['Logo on dark surfaces', brand.logo_dark_url ? 'Your own' : 'That of the billing entity'],
          ['Powered by Weir', brand.powered_by ? 'Shown' : 'Hidden'],
        ]}
      />
    </Card>
  )
}

/** Beyond so many, plans are offered by the API. */
const PLANS_MAX = 100

function Plans({ settings }: { readonly settings: PortalSettings }): ReactElement {
  const may = useMay()
  const { mutate, error, isPending } = useWrite()
  const [chosen, setChosen] = useState(settings.plan_codes)
  const query = useList<Plan>('/plans', 'plans', { per_page: PLANS_MAX })
  const codes = isPending ? chosen : settings.plan_codes
  const writeOf = (next: readonly string[]) =>
    ({
      method: 'PUT',
      path: PATH,
      body: { portal_settings: { parts: settings.parts, plan_codes: next } },
    }) as const
  const turn = (code: string, isOn: boolean) => {
    const next = isOn ? [...codes, code] : codes.filter((each) => each !== code)
    setChosen(next)
    mutate(writeOf(next))
  }
  return (
    <Card title="Plans that customers may choose" aside={<ApiCallButton write={writeOf(codes)} />}>
      <div className="stack">
        <p className="muted">
          A customer on one of these plans can change to another one of them in the same currency.
          Subscriptions with prices of their own stay as they are.
        </p>
        {error && <ProblemLine problem={error} />}
        <Loaded query={query}>
          {({ rows, meta }) => (
            <>
              {rows.length === 0 && <p className="muted">There is no plan yet.</p>}
              {!may('organization:update') && <p>{codes.join(', ') || 'None'}</p>}
              {rows
                .filter(() => may('organization:update'))
                .map(({ code, name }) => (
                  <Toggle
                    key={code}
                    label={name}
                    help={code}
                    isOn={codes.includes(code)}
                    onChange={(isOn) => turn(code, isOn)}
                  />
                ))}
              {meta.total_count > rows.length && (
                <p className="muted">Only the latest {PLANS_MAX} plans are listed.</p>
              )}
            </>
          )}
        </Loaded>
      </div>
    </Card>
  )
}
