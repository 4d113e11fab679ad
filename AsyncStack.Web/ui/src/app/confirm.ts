import { shallowRef } from 'vue'

export interface Question {
  title: string
  /** What will happen, and to how many. */
  text: string
  /** The verb on the button. */
  action: string
  /** It destroys something. */
  danger?: boolean
}

export const asked = shallowRef<(Question & { answer: (yes: boolean) => void }) | null>(null)

/** Asks in a dialog; true when the action is confirmed. */
export const confirm = (question: Question) => new Promise<boolean>(resolve => {
  asked.value = {
    ...question,
    answer: yes => {
      asked.value = null
      resolve(yes)
    },
  }
})
