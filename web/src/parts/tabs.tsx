import { type KeyboardEvent, type ReactElement, type ReactNode, useRef } from 'react'
import { useCurrentInView } from './current-in-view.ts'
import { Link, useMayOpen } from './link.tsx'

/** Tabs that are pages of their own: each has its address. */
export function Tabs(props: {
  readonly label: string
  readonly tabs: readonly { readonly href: string; readonly label: string; readonly isCurrent: boolean }[]
}): ReactElement {
  const mayOpen = useMayOpen()
  const shown = props.tabs.filter(({ href }) => mayOpen(href))
  const row = useRef<HTMLElement>(null)
  useCurrentInView(row, shown.find(({ isCurrent }) => isCurrent)?.href)
  return (
    <nav ref={row} className="tabs" aria-label={props.label}>
      {shown.map(({ href, label, isCurrent }) => (
        <Link key={href} href={href} className="tab" aria-current={isCurrent ? 'page' : undefined}>
          {label}
        </Link>
      ))}
    </nav>
  )
}

/** A choice of few, side by side. */
export function Segments<Value extends string>(props: {
  readonly label: string
  readonly options: readonly { readonly value: Value; readonly label: ReactNode }[]
  readonly value: Value
  readonly onChange: (value: Value) => void
}): ReactElement {
  const { options, value, onChange } = props
  const move = (event: KeyboardEvent<HTMLDivElement>) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key]
    if (step === undefined) return
    event.preventDefault()
    const at = options.findIndex((each) => each.value === value)
    const next = options[(at + step + options.length) % options.length]
    if (!next) return
    onChange(next.value)
    const buttons = event.currentTarget.querySelectorAll('button')
    buttons[options.indexOf(next)]?.focus()
  }
  return (
    <div className="segments" role="radiogroup" aria-label={props.label} onKeyDown={move}>
      {options.map((option) => (
        <button
          key={option.value}
          type="button"
          role="radio"
          aria-checked={option.value === value}
          tabIndex={option.value === value ? 0 : -1}
          onClick={() => onChange(option.value)}
        >
          {option.label}
        </button>
      ))}
    </div>
  )
}
