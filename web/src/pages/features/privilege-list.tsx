import { type ReactElement, useId } from 'react'
import { Button } from '../../parts/button.tsx'
import { FieldFrame, Row } from '../../parts/fields.tsx'
import type { Form } from '../../parts/form.tsx'
import { TagsInput } from '../../parts/tags-field.tsx'
import { type FeatureValues, newPrivilege, type PrivilegeDraft, TYPES } from './feature-values.ts'

/** The privileges of a feature, each with the kind of its values. */
export function PrivilegeList({ form }: { readonly form: Form<FeatureValues> }): ReactElement {
  const { privileges } = form.values
  const error = form.errorOf('privileges')
  return (
    <div className="stack" id="field-privileges" tabIndex={-1}>
      {privileges.map((draft, place) => (
        <PrivilegeEditor
          key={draft.key}
          draft={draft}
          label={`Privilege ${place + 1}`}
          isInvalid={error !== undefined}
          onChange={(next) =>
            form.set(
              'privileges',
              privileges.map((each) => (each.key === draft.key ? next : each)),
            )
          }
          onRemove={() =>
            form.set(
              'privileges',
              privileges.filter(({ key }) => key !== draft.key),
            )
          }
        />
      ))}
      {error && <p className="field-error">{error}</p>}
      <div>
        <Button icon="plus" onClick={() => form.set('privileges', [...privileges, newPrivilege()])}>
          Add a privilege
        </Button>
      </div>
    </div>
  )
}

function PrivilegeEditor(props: {
  readonly draft: PrivilegeDraft
  readonly label: string
  readonly isInvalid: boolean
  readonly onChange: (draft: PrivilegeDraft) => void
  readonly onRemove: () => void
}): ReactElement {
  const { draft, label, isInvalid, onChange, onRemove } = props
  const id = useId()
  const text = (name: 'code' | 'name', title: string) => (
    <FieldFrame
      id={`${id}-${name}`}
      label={title}
      error={undefined}
      {...(name === 'code' ? { isRequired: true } : {})}
    >
      <input
        id={`${id}-${name}`}
        className={`input ${name === 'code' ? 'input-code' : ''}`}
        autoComplete="off"
        readOnly={name === 'code' && draft.isStored}
        aria-invalid={name === 'code' && isInvalid && draft.code.trim() === '' ? true : undefined}
        value={draft[name]}
        onChange={(event) => onChange({ ...draft, [name]: event.target.value })}
      />
    </FieldFrame>
  )
  return (
    <fieldset className="charge-editor" aria-label={label}>
      <div className="charge-head">
        <strong className="grow">{draft.name || draft.code || label}</strong>
        {!draft.isStored && (
          <Button kind="quiet" icon="trash" onClick={onRemove} aria-label={`Remove ${label.toLowerCase()}`}>
            Remove
          </Button>
        )}
      </div>
      <div className="charge-body stack">
        <Row>
          {text('code', 'Code')}
          {text('name', 'Name')}
        </Row>
        <FieldFrame
          id={`${id}-type`}
          label="Values"
          error={undefined}
          locked={draft.isStored ? 'The kind of its values stays as it is.' : undefined}
        >
          <select
            id={`${id}-type`}
            className="input"
            disabled={draft.isStored}
            value={draft.type}
            onChange={(event) => onChange({ ...draft, type: event.target.value as PrivilegeDraft['type'] })}
          >
            {TYPES.map(({ value, label: text }) => (
              <option key={value} value={value}>
                {text}
              </option>
            ))}
          </select>
        </FieldFrame>
        {draft.type === 'select' && (
          <FieldFrame
            id={`${id}-options`}
            label="List"
            help="Enter or a comma adds a value."
            error={undefined}
          >
            <TagsInput
              id={`${id}-options`}
              label="List of values"
              values={draft.options}
              onChange={(options) => onChange({ ...draft, options })}
            />
          </FieldFrame>
        )}
      </div>
    </fieldset>
  )
}
