import { type ReactElement, useState } from 'react'
import { OWN_API } from '../../api/queries.ts'
import { SelectField, TextField } from '../../parts/fields.tsx'
import { FormPage, Section, useForm } from '../../parts/form.tsx'
import { useAt, useGo } from '../../parts/link.tsx'
import { Page } from '../../parts/page.tsx'
import { type KeyPermissions, type Mode, PRESETS, RESOURCES } from './key-permissions.ts'
import { NewValue } from './new-value.tsx'
import { PasswordDialog } from './password-dialog.tsx'

type KeyValues = { name: string; preset: string; permissions: KeyPermissions; days: string }

const DAY_MS = 86_400_000

/** Makes a key; its value is shown once. */
export function NewKey(): ReactElement {
  const at = useAt()
  const go = useGo()
  const [value, setValue] = useState<string | null>(null)
  const back = at('/developers/keys')
  const form = useForm<KeyValues>({
    initial: { name: '', preset: 'full', permissions: PRESETS[0]?.permissions ?? {}, days: '' },
    check: (values) => ({
      name: values.name.trim() === '' ? 'Say what the key is for.' : undefined,
      permissions: Object.keys(values.permissions).length === 0 ? 'Allow at least one thing.' : undefined,
    }),
    toWrite: (values) => ({
      method: 'POST',
      path: `${OWN_API}/api_keys`,
      body: {
        api_key: {
          name: values.name.trim(),
          // Without permissions a key may do everything, also what comes later.
          ...(values.preset === 'full' ? {} : { permissions: values.permissions }),
          ...(values.days
            ? { expires_at: new Date(Date.now() + Number(values.days) * DAY_MS).toISOString() }
            : {}),
        },
      },
    }),
    onDone: (answer) => setValue((answer as { api_key: { value: string } }).api_key.value),
  })
  return (
    <Page title="New API key" crumbs={[{ label: 'API keys', href: back }]}>
      <FormPage
        form={form}
        verb="Create key"
        onCancel={() => go(back)}
        effect="The key is shown once, after it is made."
      >
        <Section title="Basics">
          <TextField name="name" label="Name" isRequired placeholder="Production server" />
          <SelectField
            name="days"
            label="Expires"
            placeholder="Never"
            options={[
              { value: '30', label: 'In 30 days' },
              { value: '90', label: 'In 90 days' },
              { value: '365', label: 'In a year' },
            ]}
          />
        </Section>
        <Section title="Permissions" help="Give a key no more than it needs.">
          <Presets
            current={form.values.preset}
            onPick={(preset, permissions) => form.patch({ preset, permissions })}
          />
          <Matrix
            permissions={form.values.permissions}
            onChange={(permissions) => form.patch({ permissions, preset: '' })}
          />
          {form.errorOf('permissions') && <p className="field-error">{form.errorOf('permissions')}</p>}
        </Section>
      </FormPage>
      <PasswordDialog problem={form.problem} onConfirmed={form.submit} />
      {value && <NewValue value={value} onClose={() => go(back)} />}
    </Page>
  )
}

function Presets(props: {
  readonly current: string
  readonly onPick: (preset: string, permissions: KeyPermissions) => void
}): ReactElement {
  return (
    <fieldset>
      <legend className="visually-hidden">Presets</legend>
      <div className="choice-cards">
        {PRESETS.map(({ value, label, help, permissions }) => (
          <label key={value} className="choice-card">
            <input
              type="radio"
              name="preset"
              checked={props.current === value}
              onChange={() => props.onPick(value, permissions)}
            />
            <span className="choice-title">{label}</span>
            <span className="help">{help}</span>
          </label>
        ))}
      </div>
    </fieldset>
  )
}

function Matrix(props: {
  readonly permissions: KeyPermissions
  readonly onChange: (permissions: KeyPermissions) => void
}): ReactElement {
  const { permissions, onChange } = props
  const toggle = (resource: string, mode: Mode, isOn: boolean) => {
    const own = permissions[resource] ?? []
    const next = isOn ? [...own, mode] : own.filter((each) => each !== mode)
    const all = { ...permissions, [resource]: next }
    onChange(Object.fromEntries(Object.entries(all).filter(([, modes]) => modes.length > 0)))
  }
  return (
    <details className="matrix">
      <summary>Choose for each resource</summary>
      <table className="table">
        <caption className="visually-hidden">Permissions by resource</caption>
        <thead>
          <tr>
            <th scope="col">Resource</th>
            <th scope="col">Read</th>
            <th scope="col">Write</th>
          </tr>
        </thead>
        {RESOURCES.map(([group, resources]) => (
          <tbody key={group}>
            <tr className="group-row">
              <th scope="rowgroup" colSpan={3}>
                {group}
              </th>
            </tr>
            {resources.map((resource) => (
              <tr key={resource}>
                <td>{resource.replaceAll('_', ' ')}</td>
                {(['read', 'write'] as const).map((mode) => (
                  <td key={mode}>
                    <span className="check">
                      <input
                        type="checkbox"
                        aria-label={`${mode} ${resource.replaceAll('_', ' ')}`}
                        checked={permissions[resource]?.includes(mode) ?? false}
                        onChange={(event) => toggle(resource, mode, event.target.checked)}
                      />
                    </span>
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        ))}
      </table>
    </details>
  )
}
