import { PageHeader } from "@/app/PageHeader";
import { useSession } from "@/session/context";
import { EditProfile } from "@/profile/EditProfile";
import { MembersOnly } from "@/session/SessionGate";
import { strings } from "@/strings";
import { AccountFacts } from "./AccountFacts";
import { ChangePassword } from "./ChangePassword";
import { DeleteAccount } from "./DeleteAccount";
import { Logout } from "./Logout";
import { NotificationPreferences } from "./NotificationPreferences";
import { PushOnDevice } from "./PushOnDevice";
import { Section } from "./Section";
import { SessionList } from "./SessionList";
import { ThemeChoice } from "./ThemeChoice";

const words = strings.settings;

export function SettingsPage() {
  const { user } = useSession();
  return (
    <MembersOnly>
      <PageHeader title={words.title} />
      {user !== null && (
        <>
          <Section title={words.appearance}>
            <ThemeChoice />
          </Section>
          <Section title={words.profile} lead={words.profileLead}>
            <EditProfile user={user} />
          </Section>
          <Section id="notifications" title={words.notifications} lead={words.notificationsLead}>
            <NotificationPreferences />
            <PushOnDevice user={user} />
          </Section>
          <Section title={words.account}>
            <AccountFacts user={user} />
          </Section>
          <Section title={words.password} lead={words.passwordLead}>
            <ChangePassword username={user.username} />
          </Section>
          <Section title={words.sessions} lead={words.sessionsLead}>
            <SessionList />
          </Section>
          <Section title={words.logout} lead={words.logoutLead}>
            <Logout />
          </Section>
          <Section title={words.remove} lead={words.removeLead}>
            <DeleteAccount username={user.username} />
          </Section>
        </>
      )}
    </MembersOnly>
  );
}
