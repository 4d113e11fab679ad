namespace AsyncStack.Hosting.Runtime.Processes;

/// <summary>An unprivileged account of this machine.</summary>
/// <param name="Name">Its name.</param>
/// <param name="UserId">Its user id.</param>
/// <param name="GroupId">Its primary group's id.</param>
internal sealed record Account(string Name, int UserId, int GroupId)
{
    /// <summary>
    /// The account that a server runs as: null when this process is not root (the server then runs as this user), else the
    /// first of <paramref name="preferred"/> that exists, else <c>nobody</c>.
    /// </summary>
    public static Account? ForServer(params ReadOnlySpan<string> preferred)
    {
        if (!Environment.IsPrivilegedProcess)
        {
            return null;
        }

        foreach (var name in preferred)
        {
            if (Find(name) is { } account)
            {
                return account;
            }
        }

        return Find("nobody") ?? throw new InvalidOperationException(
            "Servers do not run as root, and this machine has no account 'nobody'. Create one, or run the graph as an ordinary user.");
    }

    private static Account? Find(string name)
    {
        foreach (var line in File.ReadLines("/etc/passwd"))
        {
            var fields = line.Split(':');
            if (fields.Length > 3 && fields[0] == name
                && int.TryParse(fields[2], out var userId) && int.TryParse(fields[3], out var groupId))
            {
                return new Account(name, userId, groupId);
            }
        }

        return null;
    }
}
