import { useParams } from '@tanstack/react-router'
import type { ReactElement } from 'react'
import { useOne } from '../../api/queries.ts'
import type { Feature } from '../../api/types.ts'
import { NameAndCode, TextField } from '../../parts/fields.tsx'
import { FormPage, Section, useForm } from '../../parts/form.tsx'
import { useAt, useGo } from '../../parts/link.tsx'
import { LoadedPage } from '../../parts/loaded-page.tsx'
import { Page } from '../../parts/page.tsx'
import { useToasts } from '../../parts/toast.tsx'
import {
  checkFeature,
  type FeatureValues,
  featureBody,
  NEW_FEATURE,
  valuesOfFeature,
} from './feature-values.ts'
import { PrivilegeList } from './privilege-list.tsx'

export function NewFeature(): ReactElement {
  return <FeatureForm stored={null} />
}

export function EditFeature(): ReactElement {
  const { code = '' } = useParams({ strict: false }) as { code?: string }
  const query = useOne<Feature>(`/features/${encodeURIComponent(code)}`, 'feature')
  return (
    <LoadedPage title="Edit feature" query={query}>
      {(feature) => <FeatureForm stored={feature} />}
    </LoadedPage>
  )
}

function FeatureForm({ stored }: { readonly stored: Feature | null }): ReactElement {
  const at = useAt()
  const go = useGo()
  const toasts = useToasts()
  const home = stored ? at(`/features/${encodeURIComponent(stored.code)}`) : at('/features')
  const form = useForm<FeatureValues>({
    initial: stored ? valuesOfFeature(stored) : NEW_FEATURE,
    check: checkFeature,
    draft: stored ? `feature ${stored.code}` : 'feature new',
    toWrite: (values) => ({
      method: stored ? 'PUT' : 'POST',
      path: stored ? `/features/${encodeURIComponent(stored.code)}` : '/features',
      body: { feature: featureBody(values) },
    }),
    onDone: (answer) => {
      const { feature } = answer as { feature: Feature }
      toasts.success(`${feature.name || feature.code} was saved.`)
      go(at(`/features/${encodeURIComponent(feature.code)}`))
    },
  })
  const name = stored ? stored.name || stored.code : ''
  return (
    <Page
      title={stored ? `Edit ${name}` : 'New feature'}
      crumbs={[
        { label: 'Features', href: at('/features') },
        ...(stored ? [{ label: name, href: home }] : []),
      ]}
    >
      <FormPage
        form={form}
        verb={stored ? 'Save feature' : 'Create feature'}
        onCancel={() => go(home)}
        effect="It bills nothing. Plans grant it, and your app asks what a subscription may."
      >
        <Section title="What it is">
          <NameAndCode
            isNew={stored === null}
            lockedCode={stored ? 'The code stays as it is: your app asks for it.' : undefined}
          />
          <TextField name="description" label="Description" isLong />
        </Section>
        <Section title="Privileges" help="What a plan can say about it, such as how many seats.">
          <PrivilegeList form={form} />
        </Section>
      </FormPage>
    </Page>
  )
}
