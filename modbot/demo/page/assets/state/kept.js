// What a browser remembers by itself: the theme for good, the rest for this tab. Without storage it forgets, and works.
function read(storage, name) {
  try {
    return JSON.parse(storage().getItem(`modbot-demo-${name}`));
  } catch {
    return null;
  }
}

function write(storage, name, value) {
  try {
    storage().setItem(`modbot-demo-${name}`, JSON.stringify(value));
  } catch {
    console.info("this browser keeps nothing for the demo page");
  }
}

const tab = () => window.sessionStorage;
const lasting = () => window.localStorage;

export const ofTab = (name) => read(tab, name);
export const keepInTab = (name, value) => write(tab, name, value);
export const ofBrowser = (name) => read(lasting, name);
export const keepInBrowser = (name, value) => write(lasting, name, value);
