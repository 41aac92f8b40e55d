import { Outlet, useLocation, useParams } from '@tanstack/react-router'
import { type ReactElement, useEffect, useRef, useState } from 'react'
import { setOrganization } from '../api/client.ts'
import { useMay, useMembership, useSession } from '../api/session.ts'
import { PlainPage } from '../entry/plain-page.tsx'
import { Link, useAt, useGo } from '../parts/link.tsx'
import { isTyping } from '../parts/list.tsx'
import { CREATIONS, isShown, NAVIGATION } from './navigation.ts'
import { Palette } from './palette.tsx'
import { SandboxBar } from './sandbox-bar.tsx'
import { Shortcuts } from './shortcuts.tsx'
import { SideNavigation } from './side-navigation.tsx'
import { TopBar } from './top-bar.tsx'

// Most sessions begin at home: it comes with the shell.
export { Home } from '../pages/home/home.tsx'

/** The frame around every page of an organization. */
export function Shell(): ReactElement {
  const { org = '' } = useParams({ strict: false }) as { org?: string }
  const { data: session } = useSession()
  if (!session) return <PlainPage title="Loading…">{null}</PlainPage>
  const membership = session.memberships.find(({ organization }) => organization.slug === org)
  if (!membership) return <NotAMember slug={org} />
  setOrganization(org)
  return <Frame key={org} />
}

function NotAMember({ slug }: { readonly slug: string }): ReactElement {
  return (
    <PlainPage
      title="There is no such organization"
      lead={`You are not a member of “${slug}”, or it does not exist. Ask its administrator to invite you.`}
    >
      <Link className="button button-primary" href="/select-organization">
        Your organizations
      </Link>
    </PlainPage>
  )
}

function Frame(): ReactElement {
  const { organization } = useMembership()
  const [isNavOpen, setNavOpen] = useState(false)
  const [isPaletteOpen, setPaletteOpen] = useState(false)
  const path = useLocation({ select: ({ pathname }) => pathname })
  // biome-ignore lint/correctness/useExhaustiveDependencies: the drawer closes when the address changes.
  useEffect(() => setNavOpen(false), [path])
  const [isHelpOpen, setHelpOpen] = useState(false)
  useShortcuts(
    () => setPaletteOpen(true),
    () => setHelpOpen(true),
  )
  return (
    <div className={`shell ${isNavOpen ? 'nav-open' : ''}`}>
      <a className="skip-link" href="#main">
        Skip to content
      </a>
      {organization.is_sandbox && <SandboxBar />}
      <div className="shell-columns">
        <SideNavigation onClose={() => setNavOpen(false)} onHelp={() => setHelpOpen(true)} />
        <div className="shell-main">
          <TopBar onMenu={() => setNavOpen(!isNavOpen)} onSearch={() => setPaletteOpen(true)} />
          <main id="main" className="main">
            <Outlet />
          </main>
        </div>
      </div>
      <Palette isOpen={isPaletteOpen} onClose={() => setPaletteOpen(false)} />
      {isHelpOpen && <Shortcuts onClose={() => setHelpOpen(false)} />}
      <RouteAnnouncer />
    </div>
  )
}

/** Says the new page's name after a navigation. */
function RouteAnnouncer(): ReactElement {
  const path = useLocation({ select: ({ pathname }) => pathname })
  const [text, setText] = useState('')
  // biome-ignore lint/correctness/useExhaustiveDependencies: it speaks when the address changes.
  useEffect(() => {
    const timer = setTimeout(() => setText(document.title.split(' · ')[0] ?? ''), 200)
    return () => clearTimeout(timer)
  }, [path])
  return (
    <div className="visually-hidden" role="status" aria-live="polite">
      {text}
    </div>
  )
}

const SEQUENCE_MS = 1200

/** Ctrl K opens the palette, ? the list of shortcuts; G and a letter go to a page, C and a letter make an object. */
function useShortcuts(openPalette: () => void, openHelp: () => void): void {
  const go = useGo()
  const at = useAt()
  const may = useMay()
  const first = useRef<{ key: string; at: number }>({ key: '', at: 0 })
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault()
        openPalette()
        return
      }
      if (isTyping(event) || document.querySelector('dialog[open]')) return
      if (event.key === '?') {
        openHelp()
        return
      }
      const before = event.timeStamp - first.current.at < SEQUENCE_MS ? first.current.key : ''
      first.current = { key: event.key, at: event.timeStamp }
      const entries = { g: NAVIGATION.flatMap((group) => group.entries), c: CREATIONS }[before] ?? []
      const entry = entries.find(({ key }) => key === event.key)
      if (!entry || !isShown(entry, may)) return
      event.preventDefault()
      first.current = { key: '', at: 0 }
      go(at(entry.path))
    }
    document.addEventListener('keydown', listen)
    return () => document.removeEventListener('keydown', listen)
  })
}
