import { type RefCallback, useCallback, useState } from 'react'

/** The width in which the label of a month has room. */
const LABEL_WIDTH = 30

/**
 * The width of an element in CSS pixels, as it is now, and the ref that measures it. A chart that is drawn at its own
 * width has texts of the same size on every screen.
 */
export function useWidth(initial: number): readonly [RefCallback<Element>, number] {
  const [width, setWidth] = useState(initial)
  const measured = useCallback((element: Element | null) => {
    if (!element) return
    const observer = new ResizeObserver(([entry]) => {
      const found = Math.round(entry?.contentRect.width ?? 0)
      if (found > 0) setWidth(found)
    })
    observer.observe(element)
    return () => observer.disconnect()
  }, [])
  return [measured, width]
}

/** Whether the place `n` of so many has its label, each `slot` wide: as many as fit, the last one always. */
export function hasLabel(n: number, count: number, slot: number): boolean {
  return (count - 1 - n) % Math.max(1, Math.ceil(LABEL_WIDTH / slot)) === 0
}
