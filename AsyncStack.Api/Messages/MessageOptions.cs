using System.ComponentModel.DataAnnotations;
using AsyncStack.Core.Messages;

namespace AsyncStack.Api.Messages;

/// <summary>Settings of saved messages.</summary>
internal sealed class MessageOptions
{
    /// <summary>Variable <c>OWNER_NAME</c>: who runs this installation, as its pages and messages say. Default AsyncStack.</summary>
    [Required]
    [StringLength(SavedMessage.MaxOwnerLength, MinimumLength = 1, ErrorMessage = "OWNER_NAME must have 1 to 200 characters.")]
    public string OwnerName { get; set; } = "AsyncStack";
}
