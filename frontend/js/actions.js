/** What happened to an app, and who did it, in words. Pure. */

const ACTIONS = {
  'app.create': 'App made',
  'app.change': 'App changed',
  'addon.provision': 'Endpoint provisioned',
  'addon.deprovision': 'Add-on removed',
  'endpoint.create': 'Certificate uploaded',
  'endpoint.update': 'Certificate updated',
  'endpoint.rollback': 'Rolled back',
  'endpoint.remove': 'Certificate removed',
  'certificate.judged': 'Trust judged anew',
  'certificate.renew': 'Reminder: time to renew',
  'certificate.soon': 'Reminder: expires soon',
  'certificate.urgent': 'Reminder: urgent',
  'certificate.expired': 'Reminder: expired',
  'certificate.overdue': 'Reminder: expired a day ago',
  'domain.add': 'Domain added',
  'domain.remove': 'Domain removed',
  'domain.check': 'Domain changed its state',
  'domain.claim': 'Domain taken over',
  'domain.lost': 'Domain lost to another account',
  'surge.announce': 'Surge announced',
  'surge.withdraw': 'Surge withdrawn',
  'channel.add': 'Channel added',
  'channel.remove': 'Channel removed',
  'endpoint.mute': 'Muted',
  'endpoint.unmute': 'No longer muted',
  'collaborator.admit': 'Collaborator added',
  'collaborator.dismiss': 'Collaborator removed',
};

/** What happened, in words; an action that is not known is shown as it is called. */
export const happened = (action) => ACTIONS[action] ?? action;

/** Who did it: a token's name and whose it is, or the service's own job. */
export const by = ({ actor, account }) => (account ? `${actor}, ${account}` : actor);
