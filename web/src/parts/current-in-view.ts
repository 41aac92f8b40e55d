import { type RefObject, useEffect } from 'react'

/** Keeps the current one of a row or column of links in view, where there is no room for all of them. */
export function useCurrentInView(box: RefObject<HTMLElement | null>, current: string | undefined): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is another link when another one is current.
  useEffect(() => {
    const outer = box.current
    if (!outer) return
    // When it is first seen, and whenever it gets another size.
    const observer = new ResizeObserver(() => show(outer))
    observer.observe(outer)
    return () => observer.disconnect()
  }, [box, current])
}

function show(box: HTMLElement): void {
  const link = box.querySelector('[aria-current=page]')
  if (!link) return
  const [outer, inner] = [box.getBoundingClientRect(), link.getBoundingClientRect()]
  box.scrollLeft += Math.max(inner.right - outer.right, 0) || Math.min(inner.left - outer.left, 0)
  box.scrollTop += Math.max(inner.bottom - outer.bottom, 0) || Math.min(inner.top - outer.top, 0)
}
