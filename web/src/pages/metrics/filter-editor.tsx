import type { ReactElement } from 'react'
import { Button, IconButton } from '../../parts/button.tsx'
import { TagsInput } from '../../parts/tags-field.tsx'

export type FilterDraft = { readonly key: string; readonly values: readonly string[] }

/** The filter keys of a metric with their values. */
export function FilterEditor(props: {
  readonly filters: readonly FilterDraft[]
  readonly onChange: (filters: readonly FilterDraft[]) => void
  readonly error: string | undefined
}): ReactElement {
  const { filters, onChange, error } = props
  const replace = (at: number, filter: FilterDraft) =>
    onChange(filters.map((each, index) => (index === at ? filter : each)))
  return (
    <div className="repeat" id="field-filters">
      {filters.map((filter, at) => (
        <div key={at} className="repeat-item">
          <input
            className="input input-code filter-key"
            aria-label={`Key of filter ${at + 1}`}
            placeholder="region"
            value={filter.key}
            onChange={(event) => replace(at, { ...filter, key: event.target.value })}
          />
          <span className="grow">
            <TagsInput
              label={`Values of filter ${filter.key || at + 1}`}
              placeholder="europe, usa"
              values={filter.values}
              onChange={(values) => replace(at, { ...filter, values })}
            />
          </span>
          <IconButton
            icon="trash"
            label={`Remove filter ${filter.key || at + 1}`}
            onClick={() => onChange(filters.filter((_, index) => index !== at))}
          />
        </div>
      ))}
      {error && <p className="field-error">{error}</p>}
      <div>
        <Button icon="plus" onClick={() => onChange([...filters, { key: '', values: [] }])}>
          Add filter
        </Button>
      </div>
    </div>
  )
}
