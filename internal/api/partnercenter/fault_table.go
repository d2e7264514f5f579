package partnercenter

import "github.com/comptoir-dev/comptoir/internal/domain/fault"

// wireFault is what a fault becomes on the wire. In text, {name} is an argument of the fault, and [a part in brackets]
// is left out when one of its arguments is missing.
type wireFault struct {
	status int
	code   string
	text   string
}

// kindOf answers for faults without a row of their own; {code} is the fault's.
var kindOf = map[fault.Kind]wireFault{
	fault.KindInvalid:     {400, "3000", "A value of the request is not valid ({code})."},
	fault.KindRefused:     {400, "800002", "The request cannot be done ({code})."},
	fault.KindNotFound:    {404, "1000", "Not found ({code})."},
	fault.KindConflict:    {409, "900278", "Something else changed this first ({code})."},
	fault.KindDenied:      {403, "900150", "The caller is not allowed to do this ({code})."},
	fault.KindUnavailable: {503, "990002", "Not available at this moment; try again ({code})."},
}

// faultOf maps a fault's code. "code@order" is the row for operations whose path ends in an {order}.
// Codes from 990001 up are ours and stand in docs/wire.md.
var faultOf = map[string]wireFault{
	// Routes and callers.
	"route.unknown":     {404, "1000", "There is no such resource."},
	"route.method":      {405, "900127", "This resource does not support the method.[ Supported: {allow}.]"},
	"request.id":        {400, "3000", "MS-RequestId is not a GUID."},
	"token.missing":     {401, "800001", "A bearer token is needed."},
	"token.invalid":     {401, "800001", "The bearer token is not valid."},
	"token.expired":     {401, "800001", "The bearer token has expired."},
	"token.audience":    {401, "900420", "The bearer token was issued for another audience."},
	"tenant.none":       {403, "2032", "The caller belongs to no partner."},
	"tenant.foreign":    {403, "20002", "The partner has no relationship with this customer."},
	"role.missing":      {403, "900150", "The caller lacks the right to do this.[ Needed: {roles}.]"},
	"store.unavailable": {503, "990002", "Not available at this moment; try again."},
	"server.busy":       {503, "990002", "Not available at this moment; try again."},

	// Bodies.
	"body.too_large":  {400, "800002", "The body is larger than {limit} bytes."},
	"body.compressed": {400, "800002", "Compressed bodies are not accepted."},
	"body.cut":        {400, "800002", "The body ended early."},
	"body.empty":      {400, "800002", "A JSON body is needed."},
	"body.utf8":       {400, "800002", "The body is not UTF-8 at byte {at}."},
	"body.syntax":     {400, "800002", "The body is not JSON at byte {at}."},
	"body.trailing":   {400, "800002", "Something follows the JSON value at byte {at}."},
	"body.depth":      {400, "800002", "The body is nested deeper than {limit} levels at byte {at}."},
	"body.size":       {400, "800002", "The body has too many members or elements at byte {at}."},
	"body.duplicate":  {400, "800002", "A member is given twice at byte {at}; letter case makes no difference."},
	"body.number":     {400, "800002", "The number at byte {at} is out of range."},
	"body.text":       {400, "800002", "The text at byte {at} holds a character that is not accepted."},
	"body.shape":      {400, "800002", "The body has the wrong shape[: {want} expected]."},
	"body.member":     {400, "3000", "The member {member} has the wrong type[: {want} expected]."},
	"enum.unknown":    {400, "900126", "The value of {member} is not one of the known ones.[ Known: {known}.]"},

	"member.missing": {400, "3000", "A member is missing[: {member}]."},

	// Queries, filters, pages.
	"query.encoding":   {400, "3000", "The query is not UTF-8."},
	"query.too_long":   {400, "3000", "The query is too long."},
	"query.value":      {400, "3000", "The query parameter {name} has no valid value[: {want} expected]."},
	"filter.syntax":    {400, "3000", "The filter is not valid JSON, or nested too deep."},
	"filter.field":     {400, "3000", "The filter names a field that cannot be filtered here.[ Known: {known}.]"},
	"filter.operator":  {400, "3000", "The filter's operator is not known or not allowed here."},
	"filter.value":     {400, "3000", "The filter's value is missing or too long."},
	"cursor.missing":   {400, "3000", "seekOperation needs an MS-ContinuationToken header."},
	"cursor.invalid":   {400, "3000", "The continuation token is not valid here."},
	"cursor.operation": {400, "900141", "This seekOperation is not supported; follow links.next."},

	// Replays, previews, versions.
	"replay.other_body": {409, "800060", "This MS-RequestId was already used with another body."},
	"preview.moved":     {409, "990001", "The result is no longer what the preview showed.[ Shown: {was}.][ Now: {now}.]"},
	"etag.stale":        {400, "2055", "The object was changed since its etag was read."},

	// Customers, catalogue.
	"customer.unknown":       {404, "60003", "There is no such customer."},
	"product.unknown":        {404, "400013", "There is no such product."},
	"sku.unknown":            {404, "400018", "There is no such SKU."},
	"target.view":            {403, "400036", "This targetView is not allowed.[ Known: {known}.]"},
	"target.segment":         {403, "400030", "This targetSegment is not allowed.[ Known: {known}.]"},
	"offers.not_served":      {400, "2100", "The offers API does not serve this id; use products."},
	"item.unknown":           {400, "800004", "The catalogue item id names nothing that is sold."},
	"offer.no_price":         {400, "800004", "The item has no price in this market."},
	"offer.withdrawn":        {403, "2091", "The item is no longer sold."},
	"offer.market":           {400, "800070", "The item is not sold in this market[ ({market})]."},
	"offer.segment":          {403, "2085", "The customer is not eligible for the segment of this item[ ({segment})]."},
	"offer.exclusive":        {403, "800020", "The item is sold only by the partners that its publisher chose.[ Contact: {uri}.]"},
	"offer.no_resale":        {403, "800020", "The publisher does not sell this item through partners.[ Contact: {uri}.]"},
	"offer.not_transactable": {403, "800020", "The item cannot be bought here.[ Contact: {uri}.]"},
	"offer.limit":            {400, "27006", "The customer holds as many subscriptions of this item as allowed[ ({limit})]."},
	"offer.limit_suspended":  {400, "27006", "The customer holds as many subscriptions of this item as allowed[ ({limit})], one of them suspended: reactivate[ {subscription}] instead."},
	"plan.needed":            {400, "6001", "The item needs a billing cycle and a term."},
	"plan.not_offered":       {400, "6001", "The item is not offered with this billing cycle and term."},
	"attestation.needed":     {400, "900203", "The item needs attestationAccepted."},
	"reservation.market":     {400, "800070", "Reservations are not sold in this market[ ({market})]."},
	"reservation.segment":    {403, "800020", "Reservations are not sold in this segment."},
	"money.too_large":        {400, "2002", "The quantity leads to an amount that is too large."},
	"quantity.out_of_range":  {400, "2002", "The quantity is out of range[: {min} to {max}]."},
	"quantity.fixed":         {400, "800095", "The quantity of this subscription cannot be changed."},
	"quantity.suspended":     {400, "2001", "The quantity of a suspended subscription cannot be changed."},
	"quantity.window_closed": {400, "800090", "So many seats can no longer be taken back[; {removable} can].[ Policy {policy}.]"},
	"price.changed":          {409, "990001", "The price is no longer the one that was shown.[ Shown: {was}.][ Now: {now}.]"},

	"segment.not_allowed": {403, "400030", "This segment is not open to the caller."},
	"country.unknown":     {400, "3000", "There is no such country."},
	"domain.malformed":    {400, "3000", "The domain is not a name that can be taken."},
	"record.unknown":      {404, "1000", "There is no such record."},

	// Carts, orders, subscriptions.
	"cart.empty":               {400, "800009", "A cart needs at least one line."},
	"cart.too_long":            {400, "800009", "The cart has too many lines[; {max} are allowed]."},
	"cart.expired":             {400, "800009", "The cart expired[ on {until}]; make a new one."},
	"cart.ordered":             {400, "800065", "The cart was already checked out."},
	"order.mixed":              {400, "800002", "These lines would become several orders; use a cart, or one order for each billing cycle and seller."},
	"cart.unknown":             {404, "800008", "There is no such cart."},
	"order.unknown":            {404, "20000", "There is no such order."},
	"line.unknown":             {400, "800071", "The order has no line of this number[; it has {lines}]."},
	"subscription.unknown":     {404, "20003", "There is no such subscription."},
	"subscription.deleted":     {400, "2011", "A deleted subscription cannot be changed."},
	"subscription.pending":     {400, "800081", "The subscription is not activated yet."},
	"subscription.changed":     {409, "900278", "Another change of this subscription came first; read it again."},
	"cancel.already":           {409, "2011", "This subscription is already cancelled."},
	"cancel.already@order":     {409, "800061", "This order line is already cancelled."},
	"cancel.superseded":        {400, "800061", "The term of this order line is over and was renewed; cancel the line of the renewal instead."},
	"cancel.line_already":      {409, "800061", "This order line is already cancelled."},
	"cancel.never":             {400, "800061", "This purchase can never be cancelled.[ Policy {policy}.]"},
	"cancel.not_software":      {403, "800019", "Only software can be cancelled through the order."},
	"cancel.use_subscription":  {403, "800077", "Cancel this line through its subscription."},
	"cancel.window_closed":     {400, "900117", "The [{days}-day ]cancellation window of this purchase ended[ on {until}].[ Policy {policy}.]"},
	"suspend.already":          {400, "800040", "The subscription is already suspended."},
	"activate.already":         {400, "800041", "The subscription is already activated."},
	"reactivate.not_suspended": {400, "800041", "The subscription is not suspended."},
	"reactivate.too_late":      {400, "800040", "The subscription can no longer be reactivated[; its data were kept until {until}]."},
	"reactivate.parent":        {409, "27009", "An add-on cannot be active while its base subscription is not."},
	"addon.base_not_active":    {409, "27009", "An add-on cannot be bought while its base subscription is not active."},
	"addon.none":               {400, "800029", "No add-on of this subscription is sold to the customer."},
	"addon.base_only":          {400, "800029", "This item is an add-on and needs its base subscription."},
	"addon.not_related":        {400, "800029", "This add-on does not belong to that base."},
	"addon.partner_kind":       {403, "2006", "This kind of partner cannot sell the item."},
	"auto_renew.not_offered":   {400, "800093", "This subscription cannot renew by itself."},
	"auto_renew.too_late":      {400, "900279", "Renewal can no longer be changed[; the term ended on {until}]."},

	// Software: keys and downloads.
	"software.preparing":     {400, "800082", "The software is not ready yet; try again."},
	"software.cancelled":     {400, "990011", "The software was cancelled."},
	"key.kms_refused":        {400, "990010", "KMS keys are not issued; ask for a MAK key."},
	"key.revoked":            {400, "990012", "The key was revoked."},
	"key.none":               {400, "990013", "The product has no keys.[ See {instructions}.]"},
	"key.pool_empty":         {400, "990014", "No key is left for this product; the operator was told."},
	"key.choice_needed":      {400, "990015", "A choice is needed[: {dimension}]."},
	"key.no_such_version":    {400, "3000", "The product has no keys of this version."},
	"download.none":          {400, "990016", "The product has no downloads.[ See {instructions}.]"},
	"download.choice_needed": {400, "990015", "A choice is needed[: {dimension}]."},
	"download.no_such_file":  {400, "3000", "There is no file for this choice."},

	// Downloads, changes of a subscription, invoices, a sandbox's clock.
	"key.unknown_kind":    {400, "3000", "The only kind of key is MAK."},
	"key.taken":           {409, "900278", "Another request was first with this key; try again."},
	"key.malformed":       {400, "3000", "A product key is empty or too long[, row {row}]."},
	"link.unknown":        {404, "1000", "There is no such download."},
	"link.revoked":        {400, "990017", "The download was revoked: its purchase was cancelled."},
	"link.replaced":       {400, "990017", "The download link was replaced by a newer one."},
	"link.expired":        {400, "990017", "The download link expired[ on {at}]; ask for a new one."},
	"link.used_up":        {400, "990017", "The download link has been used[ {max} times], as often as it may; ask for a new one."},
	"next_charge.fixed":   {400, "900127", "The next charge of a running term cannot be changed; scheduledNextTermInstructions change the next term."},
	"billing_cycle.fixed": {400, "2054", "The billing cycle cannot be changed in the middle of a term."},
	"reseller.fixed":      {400, "800098", "The reseller of record of a subscription cannot be changed."},
	"member.too_long":     {400, "3000", "The member {member} is too long[; {max} characters are allowed]."},
	"suspend.trial":       {400, "800040", "A trial cannot be suspended; cancel it instead."},
	"preview.malformed":   {400, "3000", "If-Preview-Match does not hold the hash of a preview."},
	"invoice.unknown":     {404, "1000", "There is no such invoice."},
	"invoice.voided":      {409, "990020", "The document was voided[ by {by}]."},
	"invoice.void_note":   {400, "990021", "A void note cannot be voided."},
	"invoice.paid":        {409, "990022", "Payments stand on the document[ ({paid})]: it can no longer be voided."},

	// Payments.
	"payment.too_much":      {409, "990023", "The payment is more than what is open[: {open}]."},
	"payment.currency":      {400, "990024", "The payment is in another currency than the invoice[ ({currency})]; nothing is converted."},
	"payment.not_positive":  {400, "3000", "The amount of a payment is above zero; to pay out, name the credit note."},
	"payment.future":        {400, "3000", "The date of a payment cannot lie in the future.[ It is {now}.]"},
	"money.not_an_amount":   {400, "3000", "The amount is not a plain decimal number."},
	"money.too_many_digits": {400, "3000", "The amount has more decimals than its currency[ ({digits})]."},

	// The clock of a sandbox.
	"clock.back":         {400, "3000", "The clock cannot go back.[ It is {now}.]"},
	"clock.too_far":      {400, "900127", "The clock does not move so far at a time[; {days} days at most]."},
	"snapshot.unknown":   {404, "1000", "There is no such snapshot."},
	"snapshot.not_here":  {400, "900127", "Snapshots are made of a SQLite sandbox; on PostgreSQL copy the database itself."},
	"snapshot.too_many":  {400, "990018", "There are as many snapshots as are kept[, {max}]; delete one first."},
	"clock.busy":         {409, "900278", "The clock is still moving; read it to see how far."},
	"status.unreachable": {400, "800040", "This status cannot be asked for; active, suspended and deleted can."},

	// Customers, catalogue, carts and orders, second part.
	"customer.domain_taken": {409, "990003", "The domain belongs to another tenant."},
	"customer.changed":      {409, "900278", "Another change of this customer came first; read it again."},
	"partner.unknown":       {403, "2032", "The caller belongs to no partner."},
	"reseller.unknown":      {404, "800015", "associatedPartnerId names no indirect reseller of the caller."},
	"availability.unknown":  {404, "1000", "There is no such availability."},
	"offer.unknown":         {404, "1000", "There is no such offer in this country."},
	"member.too_many":       {400, "3000", "The member {member} has too many elements[; {max} are allowed]."},
	"store.text_invalid":    {400, "800002", "A text holds a character that cannot be kept."},
	"cart.changed":          {409, "800064", "Another request changed or checked out this cart first; read it again."},
	"order.changed":         {409, "800060", "Another change of this order came first; read it again."},
	"order.fixed":           {400, "900127", "An order cannot be changed like this[: {member}]; PATCH cancels software lines, or buys add-ons by lines with a ParentSubscriptionId."},
	"order.other_customer":  {400, "3000", "referenceCustomerId names another customer than the path."},
	"line.mismatch":         {400, "800071", "This line of the order sells another offer[ (line {line})]."},
	"line.twice":            {400, "3000", "Two lines have the same number."},
	"promotion.unknown":     {400, "27007", "There is no such promotion."},
	"link.changed":          {409, "900278", "Another change of this download link came first; ask again."},

	// What a renewal changes, and other SKUs.
	"next_term.suspended":     {400, "800091", "A suspended subscription cannot be changed; reactivate it first."},
	"next_term.not_renewing":  {400, "800093", "The subscription does not renew, so nothing can be planned for its next term; turn autoRenewEnabled on first, a trial is converted."},
	"next_term.fixed":         {400, "900127", "Changes of the next term cannot be planned for what is charged by use or reserved."},
	"next_term.base":          {400, "900127", "The term of an add-on is that of its base subscription; only seats and billing cycle can be planned."},
	"next_term.add_ons":       {400, "900127", "Add-ons hang on the subscription, so its next term keeps product, length and end; seats and billing cycle can be planned."},
	"conversion.not_trial":    {400, "900127", "Only a trial can be converted."},
	"conversion.not_eligible": {403, "800020", "The trial cannot be converted to this item; conversions lists those it can."},
	"transition.not_eligible": {403, "800020", "The subscription cannot become this item; transitionEligibilities lists those it can."},
	"addon.base_changes":      {400, "900127", "The base is planned to be another product, or to end otherwise, at its renewal, where this add-on cannot follow."},
	"term_end.product":        {400, "10016", "The first term of this item cannot end on a date of choice; leave customTermEndDate out."},
	"term_end.not_aligned":    {400, "10017", "A term can end with another subscription of the customer, or with a month; customTermEndDate is that instant, or the last day."},
	"term_end.out_of_range":   {400, "10017", "The end of choice is not within the term[, which ends on {until} at the latest]."},
	"subscription.settling":   {503, "990002", "The subscription is just being renewed or charged; try again."},
}
