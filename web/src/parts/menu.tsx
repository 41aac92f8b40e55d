import {
  type KeyboardEvent,
  type ReactElement,
  type ReactNode,
  useEffect,
  useId,
  useRef,
  useState,
} from 'react'
import { Icon, type IconName } from './icon.tsx'
import { useGo, useMayOpen } from './link.tsx'

export type MenuItem = {
  readonly label: string
  readonly icon?: IconName
  readonly href?: string
  readonly onSelect?: () => void
  readonly isDangerous?: boolean
  /** Why it is impossible now; the item stays reachable and says so. */
  readonly refusal?: string | undefined
}

type MenuProps = {
  readonly label: string
  readonly items: readonly MenuItem[]
  readonly children?: ReactNode
  readonly side?: 'left' | 'right'
  readonly className?: string
}

/** A button that opens a list of actions: arrows move, Enter chooses, Escape closes. */
export function Menu({ label, items: given, children, side = 'right', className }: MenuProps): ReactElement {
  const [isOpen, setOpen] = useState(false)
  const box = useRef<HTMLDivElement>(null)
  const id = useId()
  const go = useGo()
  const mayOpen = useMayOpen()
  const items = given.filter(({ href }) => href === undefined || mayOpen(href))
  useEffect(() => {
    if (!isOpen) return
    box.current?.querySelector<HTMLElement>('[role=menuitem]')?.focus()
    const leave = (event: Event) => {
      if (!box.current?.contains(event.target as Node)) setOpen(false)
    }
    document.addEventListener('pointerdown', leave)
    return () => document.removeEventListener('pointerdown', leave)
  }, [isOpen])
  const close = () => {
    setOpen(false)
    box.current?.querySelector('button')?.focus()
  }
  const choose = (item: MenuItem) => {
    if (item.refusal) return
    close()
    if (item.href) go(item.href)
    else item.onSelect?.()
  }
  if (items.length === 0) return <></>
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it only listens to the keys of the menu inside.
    <div className="menu-box" ref={box} onKeyDown={(event) => isOpen && moveInMenu(event, close)}>
      <button
        type="button"
        className={className ?? (children ? 'button button-secondary' : 'icon-button')}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        aria-controls={isOpen ? id : undefined}
        aria-label={children ? undefined : label}
        title={children ? undefined : label}
        onClick={() => setOpen(!isOpen)}
      >
        {children ?? <Icon name="more" />}
      </button>
      {isOpen && (
        <div id={id} role="menu" aria-label={label} className={`menu menu-${side}`}>
          {items.map((item) => (
            <Item key={item.label} item={item} choose={choose} />
          ))}
        </div>
      )}
    </div>
  )
}

function Item({
  item,
  choose,
}: {
  readonly item: MenuItem
  readonly choose: (item: MenuItem) => void
}): ReactElement {
  return (
    <button
      type="button"
      role="menuitem"
      tabIndex={-1}
      className={`menu-item ${item.isDangerous ? 'menu-danger' : ''}`}
      aria-disabled={item.refusal ? true : undefined}
      onClick={() => choose(item)}
    >
      {item.icon && <Icon name={item.icon} />}
      <span className="grow">
        {item.label}
        {item.refusal && <span className="menu-refusal">{item.refusal}</span>}
      </span>
    </button>
  )
}

function moveInMenu(event: KeyboardEvent<HTMLElement>, close: () => void): void {
  if (event.key === 'Escape' || event.key === 'Tab') {
    if (event.key === 'Escape') event.preventDefault()
    close()
    return
  }
  const items = [...event.currentTarget.querySelectorAll<HTMLElement>('[role=menuitem]')]
  const at = items.indexOf(document.activeElement as HTMLElement)
  const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key]
  if (next === undefined) return
  event.preventDefault()
  items[(next + items.length) % items.length]?.focus()
}
