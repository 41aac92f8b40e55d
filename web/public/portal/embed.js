// <weir-portal src="…"> shows the portal of a customer in a frame that is always as high as its page (docs/api/portal.md).
;(() => {
  const NAME = 'weir-portal'
  // A portal speaks before its frame has loaded; one that may not be shown, or whose link is over, never does.
  const PATIENCE_MS = 4000
  const HEIGHT_MAX = 100_000

  /** An address that a frame may have; null for a script, and for what is no address. */
  const addressOf = (text) => {
    if (!text || !URL.canParse(text, document.baseURI)) return null
    const url = new URL(text, document.baseURI)
    return /^https?:$/.test(url.protocol) ? url : null
  }

  class WeirPortal extends HTMLElement {
    static observedAttributes = ['src', 'title', 'loading']
    #root = this.attachShadow({ mode: 'open' })
    #frame = null
    #origin = null
    #hasSpoken = false
    #hasGivenUp = false
    #timer = 0
    #listen = (event) => this.#hear(event)

    get src() {
      return this.getAttribute('src') ?? ''
    }

    set src(src) {
      this.setAttribute('src', src)
    }

    connectedCallback() {
      addEventListener('message', this.#listen)
      this.#show()
    }

    disconnectedCallback() {
      removeEventListener('message', this.#listen)
      this.#clear()
    }

    attributeChangedCallback(name, before, now) {
      if (!this.isConnected || before === now) return
      if (name === 'src') this.#show()
      else if (this.#frame) this.#describe(this.#frame)
    }

    // Another address is another frame: it leaves no step in the history of the page around it.
    #show() {
      this.#clear()
      const url = addressOf(this.getAttribute('src'))
      if (!url) return
      const frame = document.createElement('iframe')
      this.#describe(frame)
      // The portal sends its messages to this page alone, and this is how every browser tells it which one that is.
      frame.referrerPolicy = 'origin'
      Object.assign(frame.style, { display: 'block', width: '100%', minHeight: '150px', border: '0' })
      frame.addEventListener('load', () => this.#wait())
      this.#frame = frame
      this.#origin = url.origin
      frame.src = url.href
      this.#root.append(frame)
    }

    #clear() {
      clearTimeout(this.#timer)
      this.#root.replaceChildren()
      this.#frame = null
      this.#hasSpoken = false
    }

    #describe(frame) {
      frame.title = this.getAttribute('title') || 'Customer portal'
      frame.loading = this.getAttribute('loading') || 'lazy'
    }

    // Once in a row: where no link would help, asking for another one has to end.
    #wait() {
      clearTimeout(this.#timer)
      if (this.#hasSpoken || this.#hasGivenUp) return
      this.#timer = setTimeout(() => {
        this.#hasGivenUp = true
        this.dispatchEvent(new CustomEvent('expired'))
      }, PATIENCE_MS)
    }

    #hear({ source, origin, data }) {
      if (!this.#frame || source !== this.#frame.contentWindow || origin !== this.#origin) return
      if (data?.type === `${NAME}:height` && data.height > 0) {
        this.#frame.style.height = `${Math.min(Math.ceil(data.height), HEIGHT_MAX)}px`
      } else if (data?.type === `${NAME}:expired`) {
        this.dispatchEvent(new CustomEvent('expired'))
      } else return
      this.#hasSpoken = true
      this.#hasGivenUp = false
      clearTimeout(this.#timer)
    }
  }

  if (!customElements.get(NAME)) customElements.define(NAME, WeirPortal)
})()
