using AsyncStack.Hosting.Publishing.Templates;

namespace AsyncStack.Hosting.Publishing.Secrets;

/// <summary>A secret value that programs read from a file of its name.</summary>
/// <param name="Name">File name, and key in the Secret that the chart generates.</param>
/// <param name="Length">Characters to generate; 0 where <paramref name="Fixed"/> says the value, a user's name for one.</param>
/// <param name="Fixed">The value the chart gives it, when it is no secret in truth.</param>
/// <param name="SecretName">The Secret that holds it.</param>
/// <param name="Key">Its key there.</param>
internal sealed record PublishedSecret(string Name, int Length, string? Fixed, Text SecretName, Text Key)
{
    /// <summary>What stands for the value in a program's settings; the program puts the file's content there.</summary>
    public string Placeholder => $"{{secret:{Name}}}";
}
