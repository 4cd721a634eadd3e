// A bot of its own, written with discord.js: what the emulator of Discord is checked by.
// usage: NODE_PATH=.../node_modules node bot.js   with DISCORD_API (".../api") and DISCORD_TOKEN
// Tells on standard output what it sees, a JSON object a line; ends with standard input.
"use strict";
const {
  ActionRowBuilder, ApplicationCommandOptionType, AttachmentBuilder, ButtonBuilder, ButtonStyle,
  Client, EmbedBuilder, Events, GatewayIntentBits, MessageFlags, StringSelectMenuBuilder,
} = require("discord.js");

// A grey pixel.
const PNG = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+k" +
  "cQAAAABJRU5ErkJggg==", "base64");
const COMMANDS = [
  { name: "now", description: "Answers at once",
    description_localizations: { fr: "Répond tout de suite" },
    options: [
      { type: ApplicationCommandOptionType.User, name: "user", description: "Whom",
        required: true },
      { type: ApplicationCommandOptionType.Integer, name: "hours", description: "How long",
        min_value: 1, max_value: 24 }] },
  { name: "later", description: "Thinks first" },
  { name: "chart", description: "Draws" },
  { name: "pick", description: "Suggests", options: [
    { type: ApplicationCommandOptionType.String, name: "what", description: "What",
      autocomplete: true }] },
];

function tell(event, more = {}) {
  process.stdout.write(JSON.stringify({ event, ...more }) + "\n");
}

function fail(error) {
  tell("error", { message: String(error && error.stack || error) });
  process.exit(1);
}

const answers = {
  async now(interaction) {
    const user = interaction.options.getUser("user");
    const member = interaction.options.getMember("user");
    const embed = new EmbedBuilder().setTitle("Now").setColor(0x00aa00)
      .setDescription(`${member ? member.displayName : user.username} é`)
      .addFields({ name: "hours", value: String(interaction.options.getInteger("hours")) })
      .setTimestamp();
    const yes = new ButtonBuilder().setCustomId("yes").setLabel("Yes")
      .setStyle(ButtonStyle.Success);
    const more = new ButtonBuilder().setURL("https://example.org/").setLabel("More")
      .setStyle(ButtonStyle.Link);
    const buttons = new ActionRowBuilder().addComponents(yes, more);
    const menu = new ActionRowBuilder().addComponents(new StringSelectMenuBuilder()
      .setCustomId("menu").addOptions({ label: "A", value: "a" }));
    const said = await interaction.reply({ embeds: [embed], components: [buttons, menu],
      withResponse: true });
    tell("replied", { id: said.resource.message.id });
  },
  async later(interaction) {
    await interaction.deferReply({ flags: MessageFlags.Ephemeral });
    await interaction.editReply({ embeds: [new EmbedBuilder().setTitle("Later")] });
    await interaction.followUp({ content: "And more", flags: MessageFlags.Ephemeral });
    tell("followed");
  },
  async chart(interaction) {
    await interaction.deferReply();
    const embed = new EmbedBuilder().setTitle("Week").setImage("attachment://week.png");
    const file = new AttachmentBuilder(PNG, { name: "week.png", description: "A week" });
    const message = await interaction.editReply({ embeds: [embed], files: [file] });
    tell("drawn", { attachments: message.attachments.size });
  },
  async pick(interaction) {
    await interaction.reply({ content: `picked ${interaction.options.getString("what")}` });
    await interaction.deleteReply();
    tell("deleted");
  },
};

async function answer(interaction) {
  tell("interaction", { id: interaction.id, locale: interaction.locale });
  if (interaction.isAutocomplete()) {
    await interaction.respond([{ name: `like ${interaction.options.getFocused()}`, value: "x" }]);
  } else if (interaction.isButton()) {
    await interaction.update({ content: "Pressed", embeds: [], components: [] });
  } else if (interaction.isStringSelectMenu()) {
    await interaction.deferUpdate();
    await interaction.editReply({ content: `Chose ${interaction.values}` });
  } else {
    await answers[interaction.commandName](interaction);
  }
}

async function greet(client) {
  for (const guild of client.guilds.cache.values()) {
    await guild.commands.set(COMMANDS);
    await guild.systemChannel.send({ content: "Hello", nonce: `hello-${guild.id}`.slice(0, 25),
      enforceNonce: true });
  }
  await client.application.commands.set([]);
  const application = await client.application.fetch();
  tell("ready", { application: application.id, guilds: client.guilds.cache.map((g) => g.name) });
}

const client = new Client({
  intents: [GatewayIntentBits.Guilds],
  allowedMentions: { parse: [] },
  rest: { api: process.env.DISCORD_API },
});
client.once(Events.ClientReady, () => greet(client).catch(fail));
client.on(Events.InteractionCreate, (interaction) => answer(interaction).catch(fail));
client.on(Events.ShardResume, (_id, replayed) => tell("resumed", { replayed }));
client.on(Events.ShardReady, () => tell("session"));
client.on(Events.GuildDelete, (guild) => tell("guild-lost", { id: guild.id }));
client.on(Events.Error, fail);
process.on("unhandledRejection", fail);
process.stdin.on("end", () => client.destroy().then(() => process.exit(0), fail)).resume();
client.login(process.env.DISCORD_TOKEN).catch(fail);
