import type { ReactElement } from 'react'
import { OWN_API, useOne } from '../../api/queries.ts'
import { useOrganization } from '../../api/session.ts'
import type { PortalSettings } from '../../api/types.ts'
import { Button } from '../../parts/button.tsx'
import { ariaOf, CardsField, FieldFrame, Row, SwitchField, TextField } from '../../parts/fields.tsx'
import { FormPage, Section, useForm, useFormOfField } from '../../parts/form.tsx'
import { useAt, useGo } from '../../parts/link.tsx'
import { LoadedPage } from '../../parts/loaded-page.tsx'
import { Page } from '../../parts/page.tsx'
import { useToasts } from '../../parts/toast.tsx'
import { FileField, fileToSend } from './portal-file-field.tsx'
import { LookPreview } from './portal-preview.tsx'

const PATH = `${OWN_API}/portal_settings`
/** What the picker shows while there is no color. */
const PLAIN = '#0b6e74'
const CORNERS = [
  { value: 'square', label: 'Square', help: 'No rounding at all.' },
  { value: 'soft', label: 'Soft', help: 'A little, as in the dashboard.' },
  { value: 'round', label: 'Round', help: 'Cards and buttons are clearly round.' },
] as const

type Look = {
  accent_color: string
  corners: PortalSettings['brand']['corners']
  support_email: string
  support_url: string
  terms_url: string
  privacy_url: string
  powered_by: boolean
  font: string
  favicon: string
  logo_dark: string
}

const valuesOf = ({ brand }: PortalSettings): Look => ({
  accent_color: brand.accent_color ?? '',
  corners: brand.corners,
  support_email: brand.support_email ?? '',
  support_url: brand.support_url ?? '',
  terms_url: brand.terms_url ?? '',
  privacy_url: brand.privacy_url ?? '',
  powered_by: brand.powered_by,
  font: '',
  favicon: '',
  logo_dark: '',
})

/** What is sent: an empty text takes its part back, and a file that was not touched is left out. */
function bodyOf({ powered_by, font, favicon, logo_dark, ...texts }: Look): object {
  const files = Object.entries({ font, favicon, logo_dark }).map(([name, value]) => [name, fileToSend(value)])
  return {
    ...Object.fromEntries(Object.entries(texts).map(([name, value]) => [name, value.trim() || null])),
    ...Object.fromEntries(files.filter(([, file]) => file !== undefined)),
    powered_by,
  }
}

/** Colors, corners and links of the portal. */
export function PortalLook(): ReactElement {
  const query = useOne<PortalSettings>(PATH, 'portal_settings')
  return (
    <LoadedPage title="Look of the portal" query={query}>
      {(settings) => <LookForm settings={settings} />}
    </LoadedPage>
  )
}

function LookForm({ settings }: { readonly settings: PortalSettings }): ReactElement {
  const at = useAt()
  const go = useGo()
  const toasts = useToasts()
  const { name } = useOrganization()
  const back = at('/settings/portal')
  const form = useForm<Look>({
    initial: valuesOf(settings),
    toWrite: (look) => ({
      method: 'PUT',
      path: PATH,
      body: { portal_settings: { parts: settings.parts, brand: bodyOf(look) } },
    }),
    onDone: () => {
      toasts.success('The look of the portal was saved.')
      go(back)
    },
  })
  const nearest = form.problem?.texts.nearest_accent_color
  return (
    <Page
      title="Look of the portal"
      crumbs={[
        { label: 'Settings', href: at('/settings') },
        { label: 'Customer portal', href: back },
      ]}
    >
      <LookPreview look={form.values} settings={settings} name={name} />
      <FormPage
        form={form}
        verb="Save look"
        onCancel={() => go(back)}
        effect="Customers see it from their next page on. Name and logo are those of their billing entity."
      >
        <Section title="Colors and corners" help="Of buttons, links and charts.">
          <ColorField nearest={form.errorOf('accent_color') ? nearest : undefined} />
          <CardsField name="corners" label="Corners" options={CORNERS} />
        </Section>
        <Section title="Font and pictures" help="They are kept here, and load from nowhere else.">
          <FileField
            name="font"
            label="Font"
            help="A WOFF2 file of at most 500 kB that you may use. Without one, the font of the system is used."
            accept=".woff2,font/woff2"
            type="font/woff2"
            isThere={settings.brand.font_url !== null}
          />
          <FileField
            name="favicon"
            label="Icon of the tab"
            help="A square PNG of at most 512 pixels a side."
            accept="image/png"
            isThere={settings.brand.favicon_url !== null}
          />
          <FileField
            name="logo_dark"
            label="Logo on dark surfaces"
            help="A PNG or JPEG of at most 800 kB. On light ones it is the logo of the billing entity."
            accept="image/png,image/jpeg"
            isThere={settings.brand.logo_dark_url !== null}
          />
        </Section>
        <Section title="Links" help="At the foot of every page. What is empty is not shown.">
          <TextField
            name="support_email"
            label="E-mail address for questions"
            type="email"
            help="In place of the one of the billing entity."
          />
          <TextField name="support_url" label="Help pages" placeholder="https://example.com/help" />
          <Row>
            <TextField name="terms_url" label="Terms" placeholder="https://example.com/terms" />
            <TextField name="privacy_url" label="Privacy" placeholder="https://example.com/privacy" />
          </Row>
          <SwitchField name="powered_by" label="Powered by Weir" help="Says so at the foot of every page." />
        </Section>
      </FormPage>
    </Page>
  )
}

/** A color, picked or typed; with a shade that can be read when this one cannot. */
function ColorField({ nearest }: { readonly nearest: string | undefined }): ReactElement {
  const form = useFormOfField()
  const id = 'field-accent_color'
  const value: string = form.values.accent_color
  const error = form.errorOf('accent_color')
  const help =
    'Such as #0b6e74. Empty for the color of the portal. In the dark a lighter shade of it is used.'
  const isColor = /^#[0-9a-f]{6}$/i.test(value.trim())
  return (
    <FieldFrame id={id} label="Accent color" help={help} error={error}>
      <div className="color-line">
        <input
          type="color"
          className="color-picker"
          aria-label="Pick the accent color"
          value={isColor ? value.trim().toLowerCase() : PLAIN}
          onChange={(event) => form.set('accent_color', event.target.value)}
        />
        <input
          id={id}
          className="input input-code"
          value={value}
          placeholder={PLAIN}
          onChange={(event) => form.set('accent_color', event.target.value)}
          onBlur={() => form.touch('accent_color')}
          {...ariaOf(id, error, help)}
        />
        {nearest && <Button onClick={() => form.set('accent_color', nearest)}>Use {nearest}</Button>}
      </div>
    </FieldFrame>
  )
}
