import { ref } from 'vue'

const narrow = matchMedia('(max-width: 640px)')
/** True on a phone's width, where lists have two lines a row. */
export const phone = ref(narrow.matches)
narrow.addEventListener('change', e => (phone.value = e.matches))
